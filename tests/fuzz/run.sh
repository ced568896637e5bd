#!/bin/sh
# Runs every fuzzer for FUZZ_SECONDS (60) on its corpus, all at a time. What one finds new is kept beside
# the build; a crash is left there with the command that shows it again.
# Closes with "N passed, N failed".
#	tests/fuzz/run.sh BUILD/tests/fuzz [--merge]	--merge: adds what is new to tests/fuzz/corpus
set -u

# One fuzzer: its line, and its log; "ok" beside the log when it found nothing. Called by xargs below.
if [ "$1" = --one ]; then
	dir=$2
	name=$3
	log=$dir/$name.log
	if "$dir/$name" -max_total_time="${FUZZ_SECONDS:-60}" -max_len=4096 -timeout=20 -rss_limit_mb=2048 \
		-artifact_prefix="$dir/$name-" "$dir/found/$name" "tests/fuzz/corpus/${name#fuzz_}" \
		> "$log" 2>&1; then
		touch "$dir/$name.ok"
		echo "$name: $(grep -c . "$log") lines, $(grep -oE '^Done [0-9]+ runs.*' "$log" | tail -n 1)"
	else
		echo "$name: found something, see $log" >&2
		tail -n 30 "$log" >&2
	fi
	exit 0
fi

dir=$1
names=""
passed=0
bad=0
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1}"
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	names="$names $name"
	mkdir -p "$dir/found/$name"
	rm -f "$dir/$name.ok"
done
if [ "${2:-}" = --merge ]; then
	for name in $names; do
		"$dir/$name" -merge=1 "tests/fuzz/corpus/${name#fuzz_}" "$dir/found/$name" \
			> "$dir/found/$name.log" 2>&1 || bad=$((bad + 1))
	done
	exit $((bad > 0))
fi
# shellcheck disable=SC2086 # a list of words
printf '%s\n' $names | xargs -P 0 -n 1 tests/fuzz/run.sh --one "$dir"
for name in $names; do
	if [ -e "$dir/$name.ok" ]; then
		passed=$((passed + 1))
	else
		bad=$((bad + 1))
	fi
done
echo "$passed passed, $bad failed"
[ "$bad" -eq 0 ]
