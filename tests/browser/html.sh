#!/bin/sh
# The HTML report in a real browser: what it shows, what its script does, and that nothing in a plan can make it
# do anything else. Screenshots are left in build/screenshots to be looked at.
#   tests/browser/html.sh PROGRAM SCREENSHOTS
# Without Chromium or node: says so and exits with 77; where CI=true that is a failure.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
mkdir -p "$2" && pictures=$(cd "$2" && pwd) || exit 1

missing() {
	echo "html: $*" >&2
	[ "${CI:-}" = true ] && exit 1
	echo "html: skipped"
	exit 77
}

browser=${TFHERALD_BROWSER:-}
for name in chromium chromium-browser google-chrome chrome; do
	[ -n "$browser" ] || browser=$(command -v $name 2> /dev/null || true)
done
[ -n "$browser" ] || missing "no Chromium here (make deps-dev)"
command -v node > /dev/null 2>&1 || missing "node is not on PATH"
command -v git > /dev/null 2>&1 || missing "git is not on PATH"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset GITHUB_ACTIONS CIRCLECI
node "$here/html.mjs" "$program" "$browser" "$work" "$pictures"
