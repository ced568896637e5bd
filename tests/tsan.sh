#!/bin/sh
# What runs in two threads, under ThreadSanitizer: some tests, and the program on a plan that it loads and
# judges ahead. Ends with status 1 when anything races; closes with "N passed, N failed".
#   tests/tsan.sh BUILD TEST...	BUILD: made with MODE=tsan
set -u
cd "$(dirname "$0")/.." || exit 1
build=$PWD/$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TSAN_OPTIONS="exitcode=66 ${TSAN_OPTIONS:-}"
passed=0
bad=0

# name, command
run() {
	name=$1
	shift
	"$@" > "$work/log" 2>&1
	status=$?
	if [ $status -eq 0 ] && ! grep -q 'ThreadSanitizer' "$work/log"; then
		echo "ok      $name"
		passed=$((passed + 1))
	else
		echo "NOT OK  $name (status $status)"
		grep -A 60 -m 1 'ThreadSanitizer' "$work/log" || tail -n 20 "$work/log"
		bad=$((bad + 1))
	fi
}

for test in "$@"; do
	run "$test" "$build/$test"
done

"$build/tests/bench/gen_plan" 6000 60 > "$work/plan.json"
mkdir "$work/repository"
: > "$work/repository/main.tf"
packs=$("$build/tfherald" policy list --packs | sed -n 's/.*\(pack:[a-z0-9@.-]*\):[0-9]*$/\1/p' | sort -u | paste -s -d , -)
printf 'version: 1\nuse: [%s]\n' "$packs" > "$work/repository/tfherald.yaml"
cd "$work/repository" || exit 1
git init -q . && git add -A && git -c user.name=t -c user.email=t@example.com commit -q -m t
[ -n "$packs" ] || echo "tsan: no pack is listed" >&2
run "check, all packs" "$build/tfherald" check --base HEAD .="$work/plan.json"
run "show --report" "$build/tfherald" show --report "$work/report.json" "$work/plan.json"
run "verify" "$build/tfherald" verify --reviewed "$work/report.json" "$work/plan.json"

echo "$passed passed, $bad failed"
[ "$bad" -eq 0 ]
