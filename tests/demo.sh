#!/bin/sh
# The main job on a recorded real plan, and on the real terraform when one is on PATH. Needs no token and
# no network. Writes a comment and a report below build/demo.
set -eu
cd "$(dirname "$0")/.."
tfherald=$PWD/${1:-build/tfherald}
recorded=$PWD/tests/fixtures/terraform/mixed.plan.json
out=$PWD/build/demo
rm -rf "$out"
mkdir -p "$out"
# Nothing of the machine's own set-up, and nothing of a CI it may run in.
unset CI CIRCLECI GITHUB_ACTIONS GITHUB_STEP_SUMMARY GITHUB_TOKEN TFHERALD_GITHUB_TOKEN SLACK_BOT_TOKEN SLACK_WEBHOOK_URL || :

echo "A recorded plan: tfherald plan --plan mixed.plan.json"
echo
"$tfherald" plan --target demo/prod --plan "$recorded" \
	--markdown "$out/comment.md" --report "$out/report.json"

if command -v terraform > /dev/null 2>&1; then
	echo
	echo "The real terraform: tfherald plan -- terraform plan"
	echo
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	export TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1
	cd "$work"
	# shellcheck disable=SC2016 # terraform's dollar, not the shell's
	printf 'resource "terraform_data" "hello" {\n  count = 2\n  input = "hello ${count.index}"\n}\n' > main.tf
	terraform init -no-color > init.log 2>&1 || {
		cat init.log
		exit 1
	}
	"$tfherald" plan --target demo/real --markdown "$out/terraform-comment.md" \
		--report "$out/terraform-report.json" -- terraform plan -no-color
	echo
	echo "The comment of this plan:     $out/terraform-comment.md"
fi
echo "The comment as Markdown:      $out/comment.md"
echo "The outcome as JSON:          $out/report.json"
