#!/bin/sh
# Runs the test programs of one build folder, as many at a time as there are processors, and prints one
# line each; the whole output of one that does not pass. Closes with "N passed, N failed" over all tests.
#   tests/run.sh [--valgrind] BUILD
# With --valgrind the tests run under valgrind, and so does every third start of the program
# that the tests in e2e/ make.
set -u
cd "$(dirname "$0")/.." || exit 1

# One program: its line, and "PASSED FAILED" into $results. Called by xargs below.
if [ "${1:-}" = "--one" ]; then
	build=$2
	name=${3%.c}
	log=$results/$(echo "$name" | tr / -)
	start=$(date +%s)
	# What hangs, or takes for ever where it should be refused, ends as a failure (status 124).
	timeout -k 5 "$deadline" $wrapper "$build/$name" > "$log" 2>&1 < /dev/null
	status=$?
	seconds=$(($(date +%s) - start))
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
		echo "NOT OK  $name (status $status)" >> "$log"
		cat "$log"
	else
		[ $seconds -gt 5 ] && slow=" $seconds s"
		printf 'ok      %-40s %4d%s\n' "${name#tests/}" "$ok" "${slow:-}"
	fi
	echo "$ok $not" > "$log.sum"
	exit 0
fi

wrapper=""
program=""
deadline=${DEADLINE:-300} # seconds of one test program, many times what the slowest takes
if [ "${1:-}" = "--valgrind" ]; then
	# No vgdb: its pipes would stand among the temporary files that the tests count.
	wrapper="valgrind --quiet --leak-check=full --error-exitcode=99 --child-silent-after-fork=yes"
	wrapper="$wrapper --vgdb=no --suppressions=$PWD/tests/valgrind.supp"
	export TFHERALD_UNDER_VALGRIND=1
	shift
fi
build=$1
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
TFHERALD="$PWD/$build/tfherald"
TFHERALD_BUILD="$PWD/$build"
if [ -n "$wrapper" ]; then
	program="$results/tfherald"
	# Every third start of a test program: the sanitizers watch all of them, in a tenth of the time.
	cat > "$program" <<- END
		#!/bin/sh
		count=\$(cat "$results/starts.\$PPID" 2> /dev/null || echo 0)
		echo \$((count + 1)) > "$results/starts.\$PPID"
		[ \$((count % 3)) -ne 0 ] && exec "$TFHERALD" "\$@"
		exec $wrapper "$TFHERALD" "\$@"
	END
	chmod +x "$program"
	TFHERALD=$program
fi
export TFHERALD TFHERALD_BUILD results wrapper deadline
# Nothing of the machine's own set-up may reach a test.
unset GITHUB_TOKEN TFHERALD_GITHUB_TOKEN SLACK_BOT_TOKEN SLACK_WEBHOOK_URL NO_COLOR
export TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1 LC_ALL=C.UTF-8

# Those that take long, or wait for seconds, come first, so that the others go on meanwhile.
count=0
for source in tests/e2e/test_*.c tests/base/test_process_relay.c tests/base/test_*.c \
	tests/parser/test_*.c tests/policies/test_*.c tests/policies/cel/test_*.c \
	tests/report/test_*.c tests/notifiers/test_*.c tests/cmd/test_*.c; do
	[ -e "$source" ] || continue
	grep -qsx "$source" "$results/list" && continue
	echo "$source" >> "$results/list"
	count=$((count + 1))
done
lanes=$(getconf _NPROCESSORS_ONLN 2> /dev/null || echo 1)
xargs -P "$lanes" -n 1 tests/run.sh --one "$build" < "$results/list"

passed=0
bad=0
for sum in "$results"/*.sum; do
	read -r ok not < "$sum"
	passed=$((passed + ok))
	bad=$((bad + not))
	count=$((count - 1))
done
if [ $count -ne 0 ]; then
	echo "$count test programs did not come to an end"
	bad=$((bad + 1))
fi
echo "$passed passed, $bad failed"
[ $bad -eq 0 ]
