#!/bin/sh
# The figures the program promises, as one table: best of five runs each, all in this run. The ratio
# is to `jq '.resource_changes|length'` on the same file, which merely parses it.
#   tests/bench/bench.sh TFHERALD BUILD
set -eu
tfherald=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
tools=$(cd "$2" && pwd)/tests/bench
runs=${RUNS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v jq > /dev/null || {
	echo "bench: jq is missing (make deps-dev)" >&2
	exit 1
}
cd "$(dirname "$0")/../.."
missed=0

size_of() { wc -c < "$1" | tr -d ' '; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'; }

# name, ms, KiB, bytes (0: none), jq's ms (0: none), what must hold (an awk expression over ms, kib, mbs, x)
row() {
	awk -v name="$1" -v ms="$2" -v kib="$3" -v bytes="$4" -v jq="$5" "BEGIN {
		mbs = bytes ? bytes / ms / 1000 : 0; x = jq ? jq / ms : 0
		ok = ($6)
		printf \"%-44s %9.2f ms %8s %8s %8.1f MiB   %s\n\", name, ms, \
			mbs ? sprintf(\"%.0f MB/s\", mbs) : \"-\", x ? sprintf(\"%.1fx jq\", x) : \"-\", kib / 1024, \
			ok ? \"ok\" : \"MISSED: $6\"
		exit !ok
	}" || missed=$((missed + 1))
}

measure() { # sets ms and kib
	# shellcheck disable=SC2046 # two words
	set -- $("$tools/stopwatch" "$@")
	ms=$1
	kib=$2
}

echo "writing the plans ..."
"$tools/gen_plan" 100000 5 > "$work/plan5.json"
"$tools/gen_plan" 100000 100 > "$work/plan100.json"
"$tools/gen_plan" 57 20 > "$work/small.json"
big=$(size_of "$work/plan5.json")
full=$(size_of "$work/plan100.json")
echo "100,000 resources: $big bytes; small: $(size_of "$work/small.json") bytes; best of $runs"
echo

# jq and we take turns: the ratio is of one run, whatever else the machine does.
# shellcheck disable=SC2046 # two words a command
set -- $("$tools/stopwatch" "$runs" jq '.resource_changes|length' "$work/plan5.json" \
	:: "$tfherald" show --format summary "$work/plan5.json" \
	:: "$tfherald" show --format markdown "$work/plan5.json")
jq5=$1
row "jq .resource_changes|length, 5 % updates" "$1" "$2" "$big" 0 1
row "show --format summary, 5 %" "$3" "$4" "$big" "$jq5" "x >= 40 && kib <= 32 * 1024"
row "show --format markdown, 5 %" "$5" "$6" "$big" "$jq5" "x >= 10 && kib <= 128 * 1024"
# shellcheck disable=SC2046
set -- $("$tools/stopwatch" "$runs" jq '.resource_changes|length' "$work/plan100.json" \
	:: "$tfherald" show --format markdown --report "$work/report.json" "$work/plan100.json" \
	:: "$tfherald" verify --reviewed "$work/report.json" "$work/plan100.json")
jq100=$1
row "jq .resource_changes|length, 100 % updates" "$1" "$2" "$full" 0 1
row "show --format markdown --report, 100 %" "$3" "$4" "$full" "$jq100" "x >= 10 && kib <= 256 * 1024"
row "verify, 100,000 changes" "$5" "$6" "$full" "$jq100" "x >= 5 && kib <= 256 * 1024"
index=$("$tools/bench_index" "$work/plan5.json" | awk '{ print $4 }')
row "indexer alone" "$index" 0 "$big" "$jq5" "mbs >= 2000"
measure 40 "$tfherald" version
row "version" "$ms" "$kib" 0 0 "ms < 6"
measure 40 "$tfherald" show "$work/small.json"
row "show, 100 kB plan" "$ms" "$kib" "$(size_of "$work/small.json")" 0 "ms < 10"
measure "$runs" "$tfherald" plan --no-json -- "$tools/flood" 1000000000
row "pass-through of 1 GB" "$ms" "$kib" 1000000000 0 "mbs >= 800 && kib <= 256 * 1024"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	export "BENCH_${i}_TOKEN=Xk7-$i-not-a-real-token-$i"
done
measure "$runs" "$tfherald" plan --no-json -- "$tools/flood" 1000000000
row "  with 20 masks" "$ms" "$kib" 1000000000 0 "mbs >= 500"
masked=$("$tools/bench_masker" 20 | sed 's/.* \([0-9.]*\) ms a GB/\1/')
row "  the masker alone" "$masked" 0 1000000000 0 "mbs >= 500"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	unset "BENCH_${i}_TOKEN"
done

echo
echo "rendering, all resources changed: the time must not grow faster than their number"
for format in summary markdown html; do
	base=0
	for n in 1000 10000 100000; do
		[ -e "$work/plan-$n.json" ] || "$tools/gen_plan" "$n" 100 > "$work/plan-$n.json"
		measure "$runs" "$tfherald" show --format $format --output "$work/page" "$work/plan-$n.json"
		[ $n = 1000 ] && base=$ms
		row "show --format $format, $n changes" "$ms" "$kib" "$(size_of "$work/plan-$n.json")" 0 \
			"ms <= 1.5 * $base * $n / 1000"
	done
done
"$tools/gen_plan" 5000 100 > "$work/plan.json"
measure "$runs" "$tfherald" show --format html --output "$work/page" "$work/plan.json"
row "show --format html, 5,000 changes" "$ms" "$kib" "$(size_of "$work/plan.json")" 0 "ms < 1000"

echo
echo "policies"
# a repository of this name with this policy file
repository() {
	mkdir -p "$work/$1"
	touch "$work/$1/main.tf"
	cat > "$work/$1/tfherald.yaml"
	git -C "$work/$1" init -q
}
measure_in() { # the repository that judges the 5 % plan
	measure "$runs" "$tfherald" --chdir "$work/$1" check ".=$work/plan5.json"
}
tests/bench/gen_rules.sh typed | repository typed
measure_in typed
row "check, 100 rules by type, all resources" "$ms" "$kib" "$big" "$jq5" "x >= 5 && kib <= 64 * 1024"
tests/bench/gen_rules.sh any | repository any
measure_in any
row "check, 100 rules without types" "$ms" "$kib" "$big" "$jq5" "x >= 2"
packs=$("$tfherald" policy list --packs --format json | jq -r 'map(.file) | unique | join(", ")')
repository none < /dev/null
printf 'version: 1\nuse: [%s]\n' "$packs" | repository packs
# shellcheck disable=SC2046 # four words
set -- $("$tools/stopwatch" $((2 * runs)) "$tfherald" --chdir "$work/none" check ".=$work/plan5.json" \
	:: "$tfherald" --chdir "$work/packs" check ".=$work/plan5.json")
row "check without rules, 5 %" "$1" "$2" "$big" "$jq5" 1
row "check, all packs" "$3" "$4" "$big" "$jq5" 1
added=$(awk -v a="$3" -v b="$1" 'BEGIN { d = a - b; print (d > 0.01 ? d : 0.01) }')
row "  what the packs add" "$added" 0 0 0 "ms <= 30"

echo
echo "expressions (ns per evaluation, CPU time)"
"$tools/bench_cel" > "$work/cel" || missed=$((missed + 1))
cat "$work/cel"
node_modules=${TFHERALD_BENCH_NODE:-build/bench-node}
if command -v node > /dev/null; then
	[ -d "$node_modules/node_modules" ] || npm install --silent --no-audit --no-fund --ignore-scripts \
		--prefix "$node_modules" @marcbachmann/cel-js@8.0.0 > /dev/null 2>&1 || true
fi
if command -v node > /dev/null && [ -d "$node_modules/node_modules" ]; then
	node tests/bench/cel_js.mjs "$(cd "$node_modules" && pwd)" | while IFS="$(printf '\t')" read -r name ns; do
		ours=$(awk -v name="$name" 'index($0, name " ") == 1 { for (i = 2; i <= NF; i++) if ($i == "ns") print $(i - 1) }' "$work/cel")
		printf '%-22s cel-js %8s ns, %sx ours\n' "$name" "$ns" "$(ratio "$ns" "$ours")"
	done
else
	echo "cel-js: not measured (no node, or npm could not install it)"
fi

echo
[ $missed -eq 0 ] && echo "all figures are met" || echo "$missed figures are missed"
[ $missed -eq 0 ]
