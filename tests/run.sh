#!/bin/sh
# Runs the test programs of one build folder and prints one line each; the whole output of one that does
# not pass. Closes with "N passed, N failed" over all tests.
#   tests/run.sh [--valgrind] BUILD
set -u
cd "$(dirname "$0")/.." || exit 1
wrapper=""
if [ "${1:-}" = "--valgrind" ]; then
	wrapper="valgrind --quiet --leak-check=full --error-exitcode=99 --child-silent-after-fork=yes"
	export TFHERALD_UNDER_VALGRIND=1
	shift
fi
build=$1
TFHERALD="$PWD/$build/tfherald"
TFHERALD_BUILD="$PWD/$build"
export TFHERALD TFHERALD_BUILD
# Nothing of the machine's own set-up may reach a test.
unset GITHUB_TOKEN TFHERALD_GITHUB_TOKEN SLACK_BOT_TOKEN SLACK_WEBHOOK_URL NO_COLOR
export TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1 LC_ALL=C.UTF-8

passed=0
bad=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for source in tests/base/test_*.c tests/parser/test_*.c tests/policies/test_*.c tests/report/test_*.c \
	tests/notifiers/test_*.c tests/cmd/test_*.c tests/e2e/test_*.c; do
	[ -e "$source" ] || continue
	name=${source%.c}
	$wrapper "$build/$name" > "$log" 2>&1 < /dev/null
	status=$?
	ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
	not=$(sed -n 's/^\[  FAILED  \] [^0-9]*\([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
	skipped=$(grep -c '^\[  SKIPPED \] tests\|^\[  SKIPPED \] [^0-9]' "$log")
	ok=${ok:-0}
	not=${not:-0}
	[ $status -ne 0 ] && [ "$not" -eq 0 ] && not=1
	if [ "$ok" -eq 0 ] && [ "$not" -eq 0 ] && [ "$skipped" -eq 0 ]; then
		echo "no test ran" >> "$log"
		not=1
	fi
	if [ "$not" -gt 0 ]; then
		cat "$log"
		echo "NOT OK  $name (status $status)"
	else
		printf 'ok      %-40s %4d\n' "${name#tests/}" "$ok"
	fi
	passed=$((passed + ok))
	bad=$((bad + not))
done
echo "$passed passed, $bad failed"
[ $bad -eq 0 ]
