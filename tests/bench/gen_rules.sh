#!/bin/sh
# Writes a policy file of 100 rules over what gen_plan.c writes.
#	tests/bench/gen_rules.sh typed    20 rules for each of the five types, every action
#	tests/bench/gen_rules.sh any      100 rules for every type
# No rule is violated by the plan: what is measured is reading and deciding, not telling.
set -eu
kind=${1:-typed}
types="aws_security_group_rule aws_iam_policy aws_db_instance aws_instance aws_s3_bucket"

rule() { # number, type
	echo "  - id: rule-$1"
	echo "    title: Rule number $1"
	echo "    level: deny"
	if [ "$kind" = typed ]; then
		echo "    match: {types: [$2], actions: [create, update, delete, replace, forget, read, no-op]}"
	else
		echo "    match: {actions: [create, update, delete, replace, forget, read, no-op]}"
	fi
	echo "    forbid: |"
	case $2 in
	aws_security_group_rule)
		echo "      as_list(resource.after.cidr_blocks).exists(c, c == \"0.0.0.$1/32\") && resource.after.from_port <= 22 && 22 <= resource.after.to_port"
		;;
	aws_iam_policy) echo "      get(resource.after.policy, \"\").contains(\"rule-$1:*\")" ;;
	aws_db_instance) echo "      get(resource.after.engine, \"\") == \"engine-$1\" && get(resource.after.storage_encrypted, false) == false" ;;
	aws_instance) echo "      get(resource.after.instance_type, \"\").startsWith(\"x$1.\")" ;;
	*) echo "      as_map(resource.after.tags).exists(k, k == \"forbidden-$1\")" ;;
	esac
}

echo "version: 1"
echo "rules:"
number=0
while [ $number -lt 20 ]; do
	index=0
	for type in $types; do
		rule $((number * 5 + index)) "$type"
		index=$((index + 1))
	done
	number=$((number + 1))
done
