#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parser/plan_read.h"
#include "tests/support/plan_sketch.h"

struct text_case {
	const char *name, *text, *want;
};

#define PERFORM "Terraform will perform the following actions:\n\n"
#define CREATED "  # aws_x.y will be created\n  + resource \"aws_x\" \"y\" {\n"
#define PLAN_1	"Plan: 1 to add, 0 to change, 0 to destroy.\n"
#define SAYS_1	"changes 0/1/0/0/0\n+ aws_x.y\n"

static const struct text_case change_cases[] = {
    {"every replace",
	PERFORM "  # a.must must be replaced\n"
		"-/+ resource \"a\" \"must\" {\n    }\n\n"
		"  # a.cbd must be replaced\n"
		"+/- resource \"a\" \"cbd\" {\n    }\n\n"
		"  # a.asked will be replaced, as requested\n"
		"-/+ resource \"a\" \"asked\" {\n    }\n\n"
		"  # a.trig will be replaced due to changes in replace_triggered_by\n"
		"-/+ resource \"a\" \"trig\" {\n    }\n\n"
		"  # a.taint is tainted, so must be replaced\n"
		"-/+ resource \"a\" \"taint\" {\n    }\n\n"
		"  # a.tofu is tainted, so it must be replaced\n"
		"+/- resource \"a\" \"tofu\" {\n    }\n\n"
		"Plan: 6 to add, 0 to change, 6 to destroy.\n",
	"changes 0/6/0/6/0\n"
	"-/+ a.must reason=replace_because_cannot_update\n"
	"+/- a.cbd reason=replace_because_cannot_update\n"
	"-/+ a.asked reason=replace_by_request\n"
	"-/+ a.trig reason=replace_by_triggers\n"
	"-/+ a.taint reason=replace_because_tainted\n"
	"+/- a.tofu reason=replace_because_tainted\n"},
    {"every reason of a destroy",
	PERFORM
	"  # a.one will be destroyed\n  # (because a.one is not in configuration)\n"
	"  - resource \"a\" \"one\" {\n    }\n\n"
	"  # module.m.a.two will be destroyed\n  # (because module.m is not in configuration)\n"
	"  - resource \"a\" \"two\" {\n    }\n\n"
	"  # a.three[0] will be destroyed\n  # (because index [0] is out of range for count)\n"
	"  - resource \"a\" \"three\" {\n    }\n\n"
	"  # a.four[\"k\"] will be destroyed\n"
	"  # (because key [\"k\"] is not in for_each map)\n"
	"  - resource \"a\" \"four\" {\n    }\n\n"
	"  # a.five will be destroyed\n  # (because resource uses count or for_each)\n"
	"  - resource \"a\" \"five\" {\n    }\n\n"
	"  # a.six will be destroyed\n"
	"  # (because a.old was moved to a.six, which is not in configuration)\n"
	"  # (moved from a.old)\n"
	"  - resource \"a\" \"six\" {\n    }\n\n"
	"  # a.seven (deposed object 08221b78) will be destroyed\n"
	"  # (left over from a partially-failed replacement of this instance)\n"
	"  - resource \"a\" \"seven\" {\n    }\n\n"
	"  # a.eight will be destroyed\n  # (because of something new)\n"
	"  - resource \"a\" \"eight\" {\n    }\n\n"
	"Plan: 0 to add, 0 to change, 8 to destroy.\n",
	"changes 0/0/0/8/0\n"
	"- a.one reason=delete_because_no_resource_config\n"
	"- module.m.a.two reason=delete_because_no_module\n"
	"- a.three[0] reason=delete_because_count_index\n"
	"- a.four[\"k\"] reason=delete_because_each_key\n"
	"- a.five reason=delete_because_wrong_repetition\n"
	"- a.six from=a.old reason=delete_because_no_move_target\n"
	"- a.seven deposed=08221b78 reason=left over from a partially-failed replacement of this "
	"instance\n"
	"- a.eight reason=because of something new\n"},
    {"forget, Terraform",
	PERFORM " # a.b will no longer be managed by Terraform, but will not be destroyed\n"
		" # (destroy = false is set in the configuration)\n"
		" . resource \"a\" \"b\" {\n        id = \"1\"\n    }\n\n"
		"Plan: 0 to add, 0 to change, 0 to destroy.\n",
	"changes 0/0/0/0/1\n. a.b reason=destroy = false is set in the configuration\n"},
    {"forget, OpenTofu",
	"OpenTofu will perform the following actions:\n\n"
	"  # a.b will be removed from the OpenTofu state but will not be destroyed \n"
	" (because lifecycle.destroy = false is set in the configuration)\n"
	"  . resource \"a\" \"b\" {\n        id = \"1\"\n    }\n\n"
	"Plan: 0 to add, 0 to change, 0 to destroy, 1 to forget.\n",
	"changes 0/0/0/0/1 tofu\n"
	". a.b reason=because lifecycle.destroy = false is set in the configuration\n"},
    {"replace that leaves the old one",
	PERFORM
	" # a.b must be replaced, but the existing object will not be destroyed\n"
	" # (destroy = false is set in the configuration)\n"
	"+/. resource \"a\" \"b\" {\n    }\n\n"
	"  # a.c must be replaced - older instance will not be destroyed (lifecycle.destroy = "
	"false)\n"
	"./+ resource \"a\" \"c\" {\n    }\n\n"
	"Plan: 2 to add, 0 to change, 0 to destroy.\n",
	"changes 0/2/0/0/2\n"
	"+/. a.b reason=replace_because_cannot_update\n"
	"+/. a.c reason=replace_because_cannot_update\n"},
    {"imports",
	PERFORM "  # a.plain will be imported\n    resource \"a\" \"plain\" {\n    }\n\n"
		"  # a.gen will be imported\n  # (config will be generated)\n"
		"    resource \"a\" \"gen\" {\n    }\n\n"
		"  # a.up will be updated in-place\n  # (imported from \"id with \"quotes\"\")\n"
		"  ~ resource \"a\" \"up\" {\n    }\n\n"
		"  # a.first must be replaced\n  # (will be imported first)\n"
		"  # Warning: this will destroy the imported resource\n"
		"-/+ resource \"a\" \"first\" {\n    }\n\n"
		"  # a.ident will be updated in-place\n"
		"  # imported using resource identity: {\n  #   \"name\": \"x\"\n  # }\n"
		"  ~ resource \"a\" \"ident\" {\n    }\n\n"
		"Plan: 5 to import, 1 to add, 2 to change, 1 to destroy.\n",
	"changes 5/1/2/1/0\n"
	"  a.plain importing\n"
	"  a.gen importing generated\n"
	"~ a.up import=id with \"quotes\"\n"
	"-/+ a.first importing reason=replace_because_cannot_update\n"
	"~ a.ident import={ \"name\": \"x\" }\n"},
    {"moves",
	PERFORM "  # a.old has moved to a.new\n    resource \"a\" \"new\" {\n    }\n\n"
		"  # module.n.a.b[\"x y\"] will be updated in-place\n"
		"  # (moved from module.o.a.b[\"x y\"])\n"
		"  ~ resource \"a\" \"b\" {\n    }\n\n"
		"Plan: 0 to add, 1 to change, 0 to destroy.\n",
	"changes 0/0/1/0/0\n"
	"  a.new from=a.old\n"
	"~ module.n.a.b[\"x y\"] from=module.o.a.b[\"x y\"]\n"},
    {"reads",
	PERFORM
	"  # data.a.b will be read during apply\n  # (config refers to values not yet known)\n"
	" <= data \"a\" \"b\" {\n    }\n\n" CREATED "    }\n\n" PLAN_1,
	"changes 0/1/0/0/0\n<= data.a.b reason=read_because_config_unknown\n+ aws_x.y\n"},
    {"words of a later version",
	PERFORM "  # a.b will be frozen until spring\n  # (because it can)\n"
		"  * resource \"a\" \"b\" {\n    }\n\n"
		"  # a.c shall be removed\n"
		"  - resource \"a\" \"c\" {\n    }\n\n"
		"Plan: 0 to add, 0 to change, 1 to destroy, 1 to freeze.\n",
	"changes 0/0/0/1/0\n? a.b words=will be frozen until spring reason=because it can\n- a.c\n"
	"note the summary line counts something this version does not know: 'to freeze'\n"},
    {"without a summary line", PERFORM CREATED "    }\n",
	"changes 0/1/0/0/0 unknown\n+ aws_x.y\nnote the text has no summary of the plan; there may "
	"be more changes\n"},
    {"headers without blocks",
	"  # a.b will be created\n  # a.c will be destroyed\n"
	"Plan: 1 to add, 0 to change, 1 to destroy.\n",
	"changes 0/1/0/1/0\n+ a.b\n- a.c\n"},
    {"figures that disagree",
	PERFORM CREATED "    }\n\nPlan: 3 to add, 0 to change, 0 to destroy.\n",
	"changes 0/3/0/0/0\n+ aws_x.y\n"
	"note the summary line says 3 to add, 0 to change, 0 to destroy; the changes listed are 1, "
	"0 "
	"and 0\n"},
    {"outputs only",
	"Changes to Outputs:\n  + name = \"x\"\n  ~ old  = 1 -> 2\n  - gone = (sensitive value)\n"
	"  + \"odd name\" = [\n      + \"a\",\n    ]\n\n"
	"You can apply this plan to save these new output\nvalues to the Terraform state, without\n"
	"changing any real infrastructure.\n",
	"changes 0/0/0/0/0\noutput + name\noutput ~ old\noutput - gone sensitive\n"
	"output + odd name\n"},
    {"drift and a plan",
	"Note: Objects have changed outside of Terraform\n\n"
	"Terraform detected the following changes made outside of Terraform since the\n"
	"last \"terraform apply\" which may have affected this plan:\n\n"
	"  # a.b has changed\n  ~ resource \"a\" \"b\" {\n    }\n\n"
	"  # a.c has been deleted\n  - resource \"a\" \"c\" {\n    }\n\n\n"
	"Unless you have made equivalent changes to your configuration, or ignored the\n"
	"relevant attributes using ignore_changes, the following plan may include\n"
	"actions to undo or respond to these changes.\n\n"
	"----------------------------------------------------------------------------\n\n" PERFORM
	    CREATED "    }\n\n" PLAN_1,
	"changes 0/1/0/0/0\n+ aws_x.y\ndrift ~ a.b\ndrift - a.c\n"},
    {"refresh only",
	"Note: Objects have changed outside of Terraform\n\n"
	"  # a.b has changed\n  ~ resource \"a\" \"b\" {\n    }\n\n"
	"  # a.old has moved to a.new\n    resource \"a\" \"new\" {\n    }\n\n"
	"This is a refresh-only plan, so Terraform will not take any actions to undo\nthese.\n",
	"changes 0/0/0/0/0 refresh-only\ndrift ~ a.b\ndrift   a.new from=a.old\n"},
    {"deferred only",
	"No current changes. This plan requires another plan to be applied first.\n\n"
	"Note: This is a partial plan, parts can only be known in the next plan / apply "
	"cycle.\n\n\n"
	"  # a.b[*] was deferred\n  # (because the number of resource instances is unknown)\n"
	"  + resource \"a\" \"b\" {\n    }\n\n",
	"changes 0/0/0/0/0\ndeferred + a.b[*] reason=instance_count_unknown\n"},
    {"actions",
	PERFORM CREATED "      + id = 1\n    }\n\n"
			"    # Actions to be invoked after this change in order:\n"
			"    # action.act_x.one\n    action \"act_x\" \"one\" {\n        config {\n"
			"            a = <<-EOT\n                Plan: 9 to add\n            EOT\n "
			"       }\n    }\n"
			"    # action.act_x.two\n    action \"act_x\" \"two\" {\n    }\n\n"
			"Plan: 1 to add, 0 to change, 0 to destroy. Actions: 3 to invoke.\n\n"
			"Terraform will invoke the following action(s):\n\n"
			"  # action.act_x.three will be invoked\n    # action.act_x.three\n"
			"    action \"act_x\" \"three\" {\n    }\n\n",
	SAYS_1 "invoke action.act_x.one act_x after_create of aws_x.y\n"
	       "invoke action.act_x.two act_x after_create of aws_x.y\n"
	       "invoke action.act_x.three act_x \n"},
    {"actions only", "Plan: 0 to add, 0 to change, 0 to destroy. Actions: 1 to invoke.\n",
	"changes 0/0/0/0/0\n"},
    {"Terraform 0.11",
	"An execution plan has been generated and is shown below.\n"
	"Resource actions are indicated with the following symbols:\n  + create\n  - destroy\n"
	"-/+ destroy and then create replacement\n <= read (data resources)\n\n" PERFORM
	"  + aws_x.a\n      id:   <computed>\n      text: \"a\\n- aws_x.spoof\"\n\n"
	"  - module.m.aws_x.b[1]\n\n"
	"-/+ aws_x.c (tainted) (new resource required)\n      id: \"1\" => <computed>\n\n"
	"  ~ aws_x.d\n      a: \"1\" => \"2\"\n\n <= data.aws_x.e\n      id: <computed>\n\n"
	"  - aws_x.f (deposed #0)\n\n"
	"Plan: 2 to add, 1 to change, 3 to destroy.\n\n - aws_x.no\n  - aws_x.no\n",
	"changes 0/2/1/3/0\n+ aws_x.a\n- module.m.aws_x.b[1]\n"
	"-/+ aws_x.c reason=replace_because_tainted\n~ aws_x.d\n<= data.aws_x.e\n"
	"- aws_x.f deposed=#0\n"},
    {"several plans",
	"unit1\nPlan: 2 to add, 1 to change, 0 to destroy.\nunit2\nNo changes. Ok.\n"
	"Plan: 3 to add, 0 to change, 1 to destroy.\n",
	"changes 0/5/1/1/0\nnote 3 plans in one text: their figures are added up\n"},
    {"errored plan",
	"Terraform planned the following actions, but then encountered a problem:\n\n" CREATED
	"    }\n\n" PLAN_1 "\nError: Bad\n\n  on main.tf line 11:\n  11: variable \"r\" {\n"
	"    \xe2\x94\x9c\xe2\x94\x80\n    \xe2\x94\x82 var.r is \"x\"\n\nOnly EU.\n",
	"error 0/1/0/0/0 errored\n+ aws_x.y\nerror 'Bad' on main.tf:11 (Only EU.)\n"},
};

static const struct text_case nothing_cases[] = {
    {"0.12", "No changes. Infrastructure is up-to-date.\n\nThis means ...\n",
	"no_changes 0/0/0/0/0\n"},
    {"1.0", "No changes. Your infrastructure matches the configuration.\n",
	"no_changes 0/0/0/0/0\n"},
    {"refresh only",
	"No changes. Your infrastructure still matches the configuration.\n\n"
	"Terraform has checked that the real remote objects still match the result of\n"
	"your most recent changes, and found no differences.\n",
	"no_changes 0/0/0/0/0 refresh-only\n"},
    {"refresh only, wrapped early",
	"No changes. Your\ninfrastructure still\nmatches the configuration.\n\n"
	"Terraform has checked that the real remote\nobjects still match the result\n",
	"no_changes 0/0/0/0/0 refresh-only\n"},
    {"refresh only, OpenTofu",
	"No changes. Your infrastructure still matches the configuration.\n\n"
	"OpenTofu has checked that the real remote objects still match the result of\n",
	"no_changes 0/0/0/0/0 refresh-only tofu\n"},
    {"refresh only, the question before the apply",
	"No changes. Ok.\n\nWould you like to update the Terraform state to reflect these detected "
	"changes?\n  Terraform will write these changes\n",
	"no_changes 0/0/0/0/0 refresh-only\n"},
    {"not refresh only",
	"No changes. Your infrastructure matches the configuration.\n\n"
	"Terraform has compared your real infrastructure against your configuration\n"
	"and found no differences, so no changes are needed.\n",
	"no_changes 0/0/0/0/0\n"},
    {"destroy", "No changes. No objects need to be destroyed.\n",
	"no_changes 0/0/0/0/0 destroy-mode\n"},
    {"show", "This plan does nothing.\n", "no_changes 0/0/0/0/0\n"},
    {"OpenTofu",
	"No changes. Your infrastructure matches the configuration.\n\n"
	"OpenTofu has compared your real infrastructure against your configuration and\n",
	"no_changes 0/0/0/0/0 tofu\n"},
    {"CR LF", "\r\nNo changes. Your infrastructure matches the configuration.\r\n",
	"no_changes 0/0/0/0/0\n"},
    {"a margin", "        Acquiring state lock. x\n\n        No changes. Fine.\n          x\n",
	"no_changes 0/0/0/0/0\n"},
    {"a margin of tabs", "\t\tNo changes. Fine.\n\n\t\t  x\n", "no_changes 0/0/0/0/0\n"},
    {"a margin but for the first line",
	"a.b: Refreshing state...\n\n    No changes. Fine.\n    \n    x", "no_changes 0/0/0/0/0\n"},
    {"announced, then cut", PERFORM,
	"changes 0/0/0/0/0 unknown\nnote the text has no summary of the plan; there may be more "
	"changes\n"},
    {"a read alone, cut", "  # data.a.b will be read during apply\n <= data \"a\" \"b\" {\n    }\n",
	"changes 0/0/0/0/0 unknown\n<= data.a.b\nnote the text has no summary of the plan; there "
	"may be more changes\n"},
    {"a destroy, cut", PERFORM "  # a.b will be destroyed\n  - resource \"a\" \"b\" {\n",
	"changes 0/0/0/1/0 unknown\n- a.b\nnote the text has no summary of the plan; there may be "
	"more changes\n"},
    {"a margin and a block",
	"      Terraform will perform the following actions:\n\n        # a.b will be destroyed\n"
	"        - resource \"a\" \"b\" {\n            - x = <<-EOT\n                No changes. "
	"x\n"
	"            EOT\n          }\n\n      Plan: 0 to add, 0 to change, 1 to destroy.\n",
	"changes 0/0/0/1/0\n- a.b\n"},
    {"a margin and a list of 0.11",
	"      Path: terraform.tfplan\n\n        ~ a.b\n            x: \"3\" => \"4\"\n\n"
	"      Plan: 0 to add, 1 to change, 0 to destroy.\n",
	"changes 0/0/1/0/0\n~ a.b\n"},
    {"empty text", "", "no_changes 0/0/0/0/0 unknown no-result\n"},
    {"another program", "hello\nworld: Plan: 1 to add\n",
	"no_changes 0/0/0/0/0 unknown no-result\n"},
    {"a sentence that is no figure", "Plan: something to do.\nPlan: 1 to\n",
	"no_changes 0/0/0/0/0 unknown no-result\n"
	"note the summary line counts something this version does not know: 'to'\n"},
};

/* Data that poses as Terraform's own words. */
static const struct text_case spoof_cases[] = {
    {"header, summary, result and error in a heredoc",
	PERFORM CREATED "      + a = <<-EOT\n"
			"              # aws_db.prod will be destroyed\n"
			"            Plan: 9 to add, 9 to change, 9 to destroy.\n"
			"            No changes. Your infrastructure matches the configuration.\n"
			"            Error: everything is lost\n"
			"            }\n"
			"\n"
			"            EOT\n"
			"        EOT\n"
			"    }\n\n" PLAN_1,
	SAYS_1},
    {"a CR in a heredoc starts no line",
	PERFORM CREATED
	"      + a = <<-EOT\n            x\r    }\n            y\r  # aws_db.prod will be "
	"destroyed\n            z\rPlan: 9 to add, 0 to change, 0 to destroy.\n"
	"        EOT\n    }\n\n" PLAN_1,
	SAYS_1},
    {"an unfinished escape hides nothing",
	PERFORM CREATED
	"      + a = \"\x1b]0;\"\n    }\n\n"
	"  # aws_db.prod will be destroyed\n  - resource \"aws_db\" \"prod\" {\n    }\n\n"
	"Plan: 1 to add, 0 to change, 1 to destroy.\n",
	"changes 0/1/0/1/0\n+ aws_x.y\n- aws_db.prod\n"},
    {"jsonencode",
	PERFORM CREATED
	"      + a = jsonencode(\n          ~ {\n"
	"              + \"Error: x\" = \"# aws_x.z will be destroyed\"\n            }\n"
	"        )\n    }\n\n" PLAN_1,
	SAYS_1},
    {"a key that holds a header",
	PERFORM "  # aws_x.y[\"a will be destroyed\\n  # b.c\"] will be created\n"
		"  + resource \"aws_x\" \"y\" {\n    }\n\n" PLAN_1,
	"changes 0/1/0/0/0\n+ aws_x.y[\"a will be destroyed\\n  # b.c\"]\n"},
    {"the value of an output",
	PERFORM CREATED
	"    }\n\n" PLAN_1
	"\nChanges to Outputs:\n  + a = <<-EOT\n        Plan: 9 to add, 0 to change, 0 "
	"to destroy.\n\n          # aws_x.z will be destroyed\n    EOT\n  + b = 1\n",
	"changes 0/1/0/0/0\n+ aws_x.y\noutput + a\noutput + b\n"},
    {"values after an apply",
	"Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n\nOutputs:\n\n"
	"a = <<EOT\nPlan: 9 to add, 0 to change, 0 to destroy.\n\nError: x\n\n"
	"No changes. Infrastructure is up-to-date.\n"
	"  # aws_x.z will be destroyed\nEOT\nb = \"Plan: 9 to add\"\n",
	"changes 0/1/0/0/0\napply complete 0/1/0/0/0/0\n"},
    {"raw values of old versions",
	"Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n\nOutputs:\n\n"
	"a = line\nPlan: 9 to add, 0 to change, 0 to destroy.\nError: x\n",
	"changes 0/1/0/0/0\napply complete 0/1/0/0/0/0\n"},
    {"a provisioner",
	"aws_x.y: Creating...\naws_x.y: Provisioning with 'local-exec'...\n"
	"aws_x.y (local-exec): Plan: 9 to add, 0 to change, 0 to destroy.\n"
	"aws_x.y (local-exec): Error: x\naws_x.y (local-exec): aws_x.z: Destroying...\n"
	"aws_x.y: Creation complete after 1s [id=Error: 1]\n",
	"no_changes 0/0/0/0/0 unknown no-result\napply\nstep aws_x.y create done\n"},
    {"an error that quotes",
	PERFORM CREATED "    }\n\n" PLAN_1 "aws_x.y: Creating...\n\nError: local-exec failed\n\n"
			"  with aws_x.y,\n  on main.tf line 7, in resource \"aws_x\" \"y\":\n"
			"   7:   provisioner \"local-exec\" {\n\n"
			"Output: x\nPlan: 9 to add, 9 to change, 9 to destroy.\n\n"
			"No changes. Your infrastructure matches the configuration.\n\n"
			"Apply complete! Resources: 9 added, 0 changed, 0 destroyed.\n"
			"  # aws_x.z will be destroyed\n",
	"error 0/1/0/0/0\n+ aws_x.y\n"
	"error 'local-exec failed' with aws_x.y on main.tf:7 (Output: x\n"
	"Plan: 9 to add, 9 to change, 9 to destroy.\n\n"
	"No changes. Your infrastructure matches the configuration.\n\n"
	"Apply complete! Resources: 9 added, 0 changed, 0 destroyed.\n"
	"  # aws_x.z will be destroyed)\napply\nstep aws_x.y create failed\n"},
    {"a box that quotes",
	"╷\n│ Warning: odd\n│ \n│   with aws_x.y,\n│ \n│ Error: no error\n"
	"│ Plan: 9 to add\n│ ╵\n╵\nNo changes. Your infrastructure matches the configuration.\n",
	"no_changes 0/0/0/0/0\nwarning 'odd' with aws_x.y (Error: no error\nPlan: 9 to add\n╵)\n"},
    {"a block that is cut short",
	PERFORM CREATED "      + a = 1\n\n  # a.b will be destroyed\n  - resource \"a\" \"b\" {\n"
			"Plan: 1 to add, 0 to change, 1 to destroy.\n",
	"changes 0/1/0/1/0\n+ aws_x.y\n- a.b\n"},
    {"indented text below an error",
	"Error: odd\n\n        No changes. Your infrastructure matches the configuration.\n",
	"error 0/0/0/0/0 unknown\nerror 'odd' (No changes. Your infrastructure matches the "
	"configuration.)\n"},
    {"a list behind a plan and a path is no change of 0.11",
	PERFORM CREATED "    }\n\n" PLAN_1 "\nPath: x\n  - aws_x.z\n", SAYS_1},
    {"a list in a text is no change of 0.11",
	PERFORM CREATED "    }\n\n" PLAN_1 "\n  - aws_x.z\n- aws_x.z\n", SAYS_1},
    {"huge figures", "Plan: 99999999999999999999 to add, 0 to change, 0 to destroy.\n",
	"no_changes 0/0/0/0/0 unknown no-result\n"},
};

static const struct text_case diagnostic_cases[] = {
    {"box",
	"╷\n│ Error: Invalid\n│ \n│   with module.m[\"a\"].aws_x.y[0],\n"
	"│   on modules/a b/main.tf line 12, in resource \"aws_x\" \"y\":\n│   12:   a = b\n"
	"│     ├────────────────\n│     │ b is 1\n│ \n│ First.\n│ \n│ Second.\n╵\n",
	"error 0/0/0/0/0 unknown\nerror 'Invalid' with module.m[\"a\"].aws_x.y[0] on modules/a "
	"b/main.tf:12 (First.\n\nSecond.)\n"},
    {"the place names the resource",
	"╷\n│ Error: Bad\n│ \n│   on main.tf line 1, in resource \"a\" \"b\":\n│    1: x\n│ \n│ "
	"D\n╵\n",
	"error 0/0/0/0/0 unknown\nerror 'Bad' with a.b on main.tf:1 (D)\n"},
    {"the place names a data source",
	"Error: Bad\n\n  on main.tf line 1, in data \"a\" \"b\":\n\nD\n",
	"error 0/0/0/0/0 unknown\nerror 'Bad' with data.a.b on main.tf:1 (D)\n"},
    {"the place is in some module",
	"Error: Bad\n\n  on m/main.tf line 1, in resource \"a\" \"b\":\n\nD\n",
	"error 0/0/0/0/0 unknown\nerror 'Bad' on m/main.tf:1 (D)\n"},
    {"the place names no resource",
	"Error: Bad\n\n  on main.tf line 1, in provider \"a\":\n  on x line 2, in resource "
	"\"a\n\nD\n",
	"error 0/0/0/0/0 unknown\nerror 'Bad' on x:2 (D)\n"},
    {"box without its lid", "│ Error: Bad\n│ \n│ Detail\n",
	"error 0/0/0/0/0 unknown\nerror 'Bad' (Detail)\n"},
    {"a box of somebody else", "╷\n│ New version!\n╵\nNo changes. Fine.\n",
	"no_changes 0/0/0/0/0\n"},
    {"0.11", "Error: Error refreshing state: 1 error(s) occurred:\n\n* a.b: 1 error(s) occurred:\n",
	"error 0/0/0/0/0 unknown\nerror 'Error refreshing state: 1 error(s) occurred:' "
	"(* a.b: 1 error(s) occurred:)\n"},
    {"summary on the next line", "Error: \nTerraform doesn't allow this.\nSorry.\n",
	"error 0/0/0/0/0 unknown\nerror 'Terraform doesn't allow this.' (Sorry.)\n"},
    {"two, and what follows",
	"Warning: One\n\nDetail one.\n\nWarning: Two\n\n(and 3 more similar warnings elsewhere)\n\n"
	"No changes. Infrastructure is up-to-date.\n",
	"no_changes 0/0/0/0/0\nwarning 'One' (Detail one.)\n"
	"warning 'Two' ((and 3 more similar warnings elsewhere))\n"},
    {"compact",
	"Warnings:\n\n- Deprecated thing\n  on main.tf line 3\n- Other (and 2 more)\n\n"
	"To see the full warning notes, run Terraform without -compact-warnings.\n\n" PLAN_1,
	"changes 0/1/0/0/0\nwarning 'Deprecated thing' on main.tf:3\nwarning 'Other (and 2 "
	"more)'\n"},
    {"remote run",
	"Running plan in HCP Terraform. Output will stream here.\n\nTerraform v1.9.0\n"
	"on linux_amd64\n\n" PLAN_1
	"\nCost Estimation:\n\nResources: 1 of 1 estimated\n\nOrganization Policy Check:\n\n"
	"Operation failed: failed running terraform plan (exit 1)\n",
	"error 0/1/0/0/0 version=1.9.0\n"
	"error 'Operation failed: failed running terraform plan (exit 1)'\n"},
    {"once by the plan, once by the apply",
	"╷\n│ Warning: Check block assertion failed\n│ \n│   on main.tf line 3, in check \"c\":\n"
	"│ \n│ No.\n╵\n" PLAN_1
	"╷\n│ Warning: Check block assertion failed\n│ \n│   on main.tf line 3, in check \"c\":\n"
	"│ \n│ No.\n╵\n"
	"╷\n│ Warning: Check block assertion failed\n│ \n│   on main.tf line 9, in check \"c\":\n"
	"│ \n│ No.\n╵\n"
	"╷\n│ Warning: Check block assertion failed\n│ \n│   on main.tf line 3, in check \"c\":\n"
	"│ \n│ Never.\n╵\n",
	"changes 0/1/0/0/0\n"
	"warning 'Check block assertion failed' on main.tf:3 (No.)\n"
	"warning 'Check block assertion failed' on main.tf:9 (No.)\n"
	"warning 'Check block assertion failed' on main.tf:3 (Never.)\n"},
    {"an error twice",
	"Error: execution halted\n\nError: execution halted\n\nWarning: execution halted\n",
	"error 0/0/0/0/0 unknown\nerror 'execution halted'\nwarning 'execution halted'\n"},
    {"planning failed",
	"Planning failed. Terraform encountered an error while generating this plan.\n\n"
	"╷\n│ Error: x\n╵\n",
	"error 0/0/0/0/0 unknown errored\nerror 'x'\n"},
};

static const struct text_case apply_cases[] = {
    {"everything",
	"aws_x.a: Refreshing state... [id=1]\ndata.aws_x.d: Reading...\n"
	"data.aws_x.d: Read complete after 0s [id=1]\n" PERFORM CREATED "    }\n\n" PLAN_1
	"aws_x.o: Destroying... [id=1]\naws_x.o: Destruction complete after 1s\n"
	"aws_x.y: Creating...\naws_x.y: Still creating... [10s elapsed]\n"
	"aws_x.m[\"a: b\"]: Modifying... [id=2]\n"
	"aws_x.m[\"a: b\"]: Modifications complete after 0s [id=2]\n"
	"aws_x.i: Importing... [id=3]\naws_x.i: Import complete [id=3]\n"
	"data.aws_x.e: Reading...\ndata.aws_x.e: Read complete after 0s\n"
	"aws_x.p (deposed object 12ab): Destroying... [id=4]\n"
	"aws_x.p: Destroying... [id=5]\n"
	"aws_x.p (deposed object 12ab): Destruction complete after 0s\n"
	"aws_x.y: Creation complete after 11s [id=x]\n\n"
	"Apply complete! Resources: 1 imported, 1 added, 1 changed, 2 destroyed, 1 forgotten. "
	"Actions: 2 invoked.\n",
	SAYS_1 "apply complete 1/1/1/2/1/2\nstep aws_x.o delete done\nstep aws_x.y create done\n"
	       "step aws_x.m[\"a: b\"] update done\nstep aws_x.i no-op done\n"
	       "step data.aws_x.e read done\n"
	       "step aws_x.p (deposed object 12ab) delete done\nstep aws_x.p delete started\n"},
    {"create_before_destroy",
	"aws_x.y: Creating...\naws_x.y: Creation complete after 0s [id=2]\n"
	"aws_x.y (deposed object 966e7de1): Destroying... [id=1]\n"
	"aws_x.y: Still destroying... [id=1, 10s elapsed]\n"
	"aws_x.y: Destruction complete after 0s\n",
	"no_changes 0/0/0/0/0 unknown no-result\napply\nstep aws_x.y create done\n"
	"step aws_x.y (deposed object 966e7de1) delete done\n"},
    {"two deposed objects, the object itself and a neighbour",
	"a.b (deposed object 1): Destroying...\na.b (deposed object 2): Destroying...\n"
	"a.bb (deposed object 3): Destroying...\na.b: Destroying...\n"
	"a.b: Destruction complete after 0s\na.b: Destruction complete after 0s\n",
	"no_changes 0/0/0/0/0 unknown no-result\napply\n"
	"step a.b (deposed object 1) delete done\nstep a.b (deposed object 2) delete started\n"
	"step a.bb (deposed object 3) delete started\nstep a.b delete done\n"},
    {"a deposed object that stays",
	"a.b (deposed object 1): Destroying...\n\nError: no\n\n  with a.b,\n",
	"error 0/0/0/0/0 unknown\nerror 'no' with a.b\napply\n"
	"step a.b (deposed object 1) delete failed\n"},
    {"destroy", "Destroy complete! Resources: 2 destroyed.\n",
	"changes 0/0/0/2/0 destroy-mode\napply complete 0/0/0/2/0/0\n"},
    {"an action that fails",
	"Action started: action.a.b (triggered by x)\nAction failed: action.a.b - it broke\n",
	"no_changes 0/0/0/0/0 unknown no-result\napply\nstep action.a.b other failed\n"},
    {"cancelled", "aws_x.y: Refreshing state...\n\nApply cancelled.\n",
	"no_changes 0/0/0/0/0 unknown no-result\napply\nnote Apply cancelled.\n"},
    {"0.11",
	"null_resource.a[1]: Destroying... (ID: 84)\nnull_resource.a[1]: Destruction complete "
	"after 0s\n\nApply complete! Resources: 0 added, 0 changed, 1 destroyed.\n",
	"changes 0/0/0/1/0\napply complete 0/0/0/1/0/0\n"
	"step null_resource.a[1] delete done\n"},
};

static size_t check_cases(const struct text_case *cases, size_t count)
{
	size_t bad = 0;

	for (size_t i = 0; i < count; i++) {
		struct arena *arena = arena_new();
		struct str got = plan_sketch(arena, plan_read_text(arena, str_from(cases[i].text)));

		if (!str_is(got, cases[i].want)) {
			print_error(
			    "%s:\n%.*s--- wanted:\n%s", cases[i].name, STR_ARG(got), cases[i].want);
			bad++;
		}
		arena_free(arena);
	}
	return bad;
}

static void test_changes(void **state)
{
	(void)state;
	assert_int_equal(check_cases(change_cases, ARRAY_LEN(change_cases)), 0);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(check_cases(nothing_cases, ARRAY_LEN(nothing_cases)), 0);
}

static void test_spoofs(void **state)
{
	(void)state;
	assert_int_equal(check_cases(spoof_cases, ARRAY_LEN(spoof_cases)), 0);
}

static void test_diagnostics(void **state)
{
	(void)state;
	assert_int_equal(check_cases(diagnostic_cases, ARRAY_LEN(diagnostic_cases)), 0);
}

static void test_apply(void **state)
{
	(void)state;
	assert_int_equal(check_cases(apply_cases, ARRAY_LEN(apply_cases)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_changes),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_spoofs),
	    cmocka_unit_test(test_diagnostics),
	    cmocka_unit_test(test_apply),
	};

	return cmocka_run_group_tests_name("parser/plan_text", tests, NULL, NULL);
}
