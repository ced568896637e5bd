#!/bin/sh
# Makes the pictures of the README and docs/policies.md from what the program really prints: *.svg need
# script(1) and awk, *.png need cmark-gfm and chromium. denied.png and explain.svg are of example/, under
# the rules that docs/policies.md shows first.
#   docs/pictures/record.sh [TFHERALD]
set -eu
cd "$(dirname "$0")/../.."
tfherald=$(realpath "${1:-build/tfherald}")
pictures=$PWD/docs/pictures
plan=tests/fixtures/terraform/mixed.plan.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# draw_terminal TITLE WIDTH: what a terminal shows, as SVG
draw_terminal() {
	awk -v title="$1" -v width="$2" '
	BEGIN {
		colour[31] = "#ff7b72"; colour[32] = "#7ee787"; colour[33] = "#e3b341"; colour[35] = "#d2a8ff"
		colour[36] = "#76e3ea"
	}
	function escaped(s) {
		gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); gsub(/>/, "\\&gt;", s)
		return s
	}
	function style() {
		return sprintf("fill=\"%s\"%s%s", fg, bold ? " font-weight=\"bold\"" : "", dim ? " opacity=\"0.65\"" : "")
	}
	function line(s,   out, at, code) {
		out = ""
		while ((at = match(s, /\033\[[0-9;]*m/)) > 0) {
			out = out span(substr(s, 1, at - 1))
			code = substr(s, at + 2, RLENGTH - 3) + 0
			if (code == 0) { fg = "#e6edf3"; bold = 0; dim = 0 }
			else if (code == 1) bold = 1
			else if (code == 2) dim = 1
			else if (code in colour) fg = colour[code]
			s = substr(s, at + RLENGTH)
		}
		return out span(s)
	}
	function span(s) { return s == "" ? "" : "<tspan " style() ">" escaped(s) "</tspan>" }
	{ fg = "#e6edf3"; bold = 0; dim = 0; rows[++n] = line($0) }
	END {
		height = 64 + n * 20
		printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" " \
			"font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, monospace\" font-size=\"14\">\n", width, height
		printf "<rect width=\"%d\" height=\"%d\" rx=\"10\" fill=\"#0d1117\"/>\n", width, height
		printf "<circle cx=\"20\" cy=\"18\" r=\"6\" fill=\"#ff5f56\"/><circle cx=\"40\" cy=\"18\" r=\"6\" " \
			"fill=\"#ffbd2e\"/><circle cx=\"60\" cy=\"18\" r=\"6\" fill=\"#27c93f\"/>\n"
		printf "<text x=\"84\" y=\"23\" fill=\"#8b949e\">%s</text>\n", escaped(title)
		for (i = 1; i <= n; i++)
			printf "<text x=\"20\" y=\"%d\" xml:space=\"preserve\">%s</text>\n", 44 + i * 20, rows[i]
		print "</svg>"
	}'
}

# draw_comment MARKDOWN PICTURE HEIGHT: what GitHub makes of it
draw_comment() {
	{
		cat << 'EOF'
<!doctype html><meta charset="utf-8"><style>
body { font: 16px/1.5 -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; color: #1f2328; margin: 16px 24px; width: 780px; }
h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: .3em; } h4 { margin: 16px 0 4px; } ul { margin: 0 0 8px; }
code, pre { font: 13.6px ui-monospace, "DejaVu Sans Mono", monospace; background: #f2f4f6; border-radius: 6px; padding: .15em .4em; }
pre { padding: 12px; } pre code { padding: 0; } blockquote { border-left: 4px solid #cf222e; margin: 0 0 12px; padding: 0 1em; }
sub { color: #59636e; } table { border-collapse: collapse; } td, th { border: 1px solid #d1d9e0; padding: 4px 12px; }
</style>
EOF
		# What GitHub makes of an alert, cmark-gfm leaves as text.
		cmark-gfm --unsafe -e table -e strikethrough "$1" |
			sed 's|\[!CAUTION\]|<b style="color:#cf222e">Caution</b><br>|; s|<details>|<details open>|'
	} > "$work/comment.html"
	chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --user-data-dir="$work/profile" --hide-scrollbars \
		--window-size="840,$3" --screenshot="$pictures/$2" "file://$work/comment.html" > /dev/null 2>&1
}

script -qec "$tfherald plan --target envs/prod/db --plan $plan" /dev/null < /dev/null | tr -d '\r' |
	draw_terminal '$ tfherald plan -- terraform plan' 860 > "$pictures/terminal.svg"
"$tfherald" plan --target envs/prod/db --plan "$plan" --markdown "$work/comment.md" > /dev/null
draw_comment "$work/comment.md" comment.png 1480

# A repository of its own, because the rules of a committed base are what counts.
cp -R "$pictures/example" "$work/repository"
awk '/^```/ { if (on) exit; on = /yaml/; next } on' docs/policies.md > "$work/repository/tfherald.yaml"
cd "$work/repository"
echo '* @acme/platform' > CODEOWNERS
git init -q -b main
git add -A
GIT_AUTHOR_DATE=2026-11-22T12:00Z GIT_COMMITTER_DATE=2026-11-22T12:00Z \
	git -c user.name=example -c user.email=example@example.com commit -q -m 'Add the database'
"$tfherald" plan --base HEAD --target envs/prod/db --plan envs/prod/db/plan.json --markdown "$work/denied.md" \
	> /dev/null 2>&1 || [ $? -eq 3 ]
draw_comment "$work/denied.md" denied.png 1180
"$tfherald" policy explain --base HEAD sg-admin-port aws_security_group.bastion envs/prod/db=envs/prod/db/plan.json |
	fold -w 118 |
	draw_terminal '$ tfherald policy explain sg-admin-port aws_security_group.bastion envs/prod/db=plan.json' 1040 \
		> "$pictures/explain.svg"
ls -l "$pictures"
