#!/bin/sh
# Runs every fuzzer for FUZZ_SECONDS (60) on its corpus. What it finds new is kept beside the build; a
# crash is left there with the command that shows it again. Closes with "N passed, N failed".
#	tests/fuzz/run.sh BUILD/tests/fuzz [--merge]	--merge: adds what is new to tests/fuzz/corpus
set -u
dir=$1
seconds=${FUZZ_SECONDS:-60}
passed=0
bad=0
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1}"
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	seeds=tests/fuzz/corpus/${name#fuzz_}
	found=$dir/found/$name
	mkdir -p "$found"
	if [ "${2:-}" = --merge ]; then
		"$dir/$name" -merge=1 "$seeds" "$found" > "$found.log" 2>&1 || bad=$((bad + 1))
		continue
	fi
	if "$dir/$name" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 \
		-artifact_prefix="$dir/$name-" "$found" "$seeds" > "$dir/$name.log" 2>&1; then
		passed=$((passed + 1))
		echo "$name: $(grep -c . "$dir/$name.log") lines, $(grep -oE '^Done [0-9]+ runs.*' "$dir/$name.log" | tail -n 1)"
	else
		bad=$((bad + 1))
		echo "$name: found something, see $dir/$name.log" >&2
		tail -n 30 "$dir/$name.log" >&2
	fi
done
echo "$passed passed, $bad failed"
[ "$bad" -eq 0 ]
