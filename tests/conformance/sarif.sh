#!/bin/sh
# SARIF that `check` writes, before the validator of those who wrote the format: an ordinary run, one with
# hostile names, several directories, waivers, imported findings, an errored plan, no policies at all.
#   tests/conformance/sarif.sh PROGRAM DIR
# The validator is installed into DIR, or taken from $TFHERALD_SARIF_MULTITOOL, which has a node_modules.
# Without npm: says so and exits with 77; where CI=true that is a failure. What the validator calls an
# error fails; its warnings are shown.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
packages=${TFHERALD_SARIF_MULTITOOL:-$2}
mkdir -p "$packages" && packages=$(cd "$packages" && pwd) || exit 1
tool=$packages/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool

missing() {
	echo "sarif: $*" >&2
	[ "${CI:-}" = true ] && exit 1
	echo "sarif: skipped"
	exit 77
}

if [ -z "${TFHERALD_SARIF_MULTITOOL:-}" ] &&
	{ [ ! -e "$tool" ] || ! cmp -s "$here/sarif/package-lock.json" "$packages/package-lock.json"; }; then
	[ "$(uname -s)" = Linux ] || missing "the validator is there for Linux only"
	command -v npm > /dev/null 2>&1 || missing "npm is not on PATH"
	cp "$here/sarif/package.json" "$here/sarif/package-lock.json" "$packages" &&
		(cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund > npm.log 2>&1) ||
		missing "npm ci in '$packages' did not work, see npm.log there"
fi
[ -e "$tool" ] || missing "there is no validator in '$packages/node_modules'"
[ -x "$tool" ] || chmod u+x "$tool" || missing "the validator cannot be made executable"
command -v git > /dev/null 2>&1 || missing "git is not on PATH"
# It runs without the tables of languages, which are not on every machine.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -R "$here/sarif/repository" "$work/repository" && cd "$work/repository" || exit 1
git init -q -b main . && git add -A &&
	git -c user.name=test -c user.email=test@example.com commit -q -m test || exit 1
unset GITHUB_ACTIONS CIRCLECI
export CI=

good=0
bad=0
# check NAME STATUS ARGUMENTS...: writes NAME.sarif, which has to be valid
check() {
	name=$1
	want=$2
	shift 2
	"$program" check --base HEAD --now 2026-11-22 --format sarif --output "$work/$name.sarif" "$@" \
		2> "$work/$name.err"
	status=$?
	if [ "$status" -ne "$want" ] || [ ! -s "$work/$name.sarif" ]; then
		echo "NOT OK  $name: status $status, not $want"
		cat "$work/$name.err"
		bad=$((bad + 1))
		return
	fi
	"$tool" validate "$work/$name.sarif" --rule-kind 'Sarif;Ghas' --level 'Error;Warning' \
		--output "$work/$name.result" --log 'ForceOverwrite' > "$work/$name.log" 2>&1
	status=$?
	grep -E ': warning [A-Z0-9]+:' "$work/$name.log" | sed "s,^$work/,        ,"
	if [ "$status" -eq 0 ] && ! grep -qE ': error ' "$work/$name.log" &&
		grep -q 'Analysis completed successfully' "$work/$name.log"; then
		echo "ok      $name"
		good=$((good + 1))
	else
		echo "NOT OK  $name: not valid (status $status)"
		cat "$work/$name.log"
		bad=$((bad + 1))
	fi
}

check ordinary 3 envs/prod=plan.json
check passing 0 envs/dev=passing.json
check several 3 envs/prod=plan.json envs/dev=passing.json
check imported 3 --import other.sarif --import more.sarif envs/prod=plan.json envs/dev=passing.json
check strict 3 --strict-unknown envs/prod=plan.json
check errored 65 envs/prod=errored.json
check nothing 0 "$work/repository/empty=passing.json"
check facts 3 --branch 'a b' --commit 0123456789012345678901234567890123456789 envs/prod=plan.json
echo "$good passed, $bad failed"
[ "$bad" -eq 0 ]
