#!/bin/sh
# The conformance vectors of the expression language: installs their package into a directory of build/
# (or takes it from $TFHERALD_CEL_SPEC, which has a node_modules) and runs them.
#   tests/conformance/conformance.sh PROGRAM DIR [--update] [--show N]
# Without node or the package: says so and exits with 77; where CI=true that is a failure.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$1
packages=${TFHERALD_CEL_SPEC:-$2}
shift 2

missing() {
	echo "conformance: $*" >&2
	[ "${CI:-}" = true ] && exit 1
	echo "conformance: skipped"
	exit 77
}

command -v node > /dev/null 2>&1 || missing "node is not on PATH"
if [ ! -e "$packages/node_modules/@bufbuild/cel-spec/package.json" ] ||
	! cmp -s "$here/package-lock.json" "$packages/package-lock.json"; then
	if [ -z "${TFHERALD_CEL_SPEC:-}" ]; then
		command -v npm > /dev/null 2>&1 || missing "npm is not on PATH"
		mkdir -p "$packages" && cp "$here/package.json" "$here/package-lock.json" "$packages" &&
			(cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund --omit=peer > npm.log 2>&1) ||
			missing "npm ci in '$packages' did not work, see npm.log there"
	fi
fi
[ -e "$packages/node_modules/@bufbuild/cel-spec/package.json" ] ||
	missing "there is no @bufbuild/cel-spec in '$packages/node_modules'"
exec node "$here/run.mjs" "$program" "$packages" "$@"
