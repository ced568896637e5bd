/*
 * finding.h: what the rules say of a plan: findings, what releases them, and the count of what was
 * looked at.
 *
 * Nothing in here is secret: messages and items are made from shown values. Fingerprints: see
 * parser/canonical.h for values ("vf1:..."); a finding's own is over rule, address, item and value.
 * Source: policies design, 3 and 5. Ownership: the run arena. Layer: policies.
 */
#ifndef POLICIES_FINDING_H
#define POLICIES_FINDING_H

#include "policies/policy.h"

enum finding_kind {
	FINDING_VIOLATION,
	FINDING_UNDECIDED, /* depends on what is known only after apply */
	FINDING_ERROR,	   /* a bug of the rule; one per rule, with a count */
	FINDING_WEAKENS,   /* the head would loosen a rule */
	FINDING_MOVED,	   /* a new directory whose backend is that of another root */
	FINDING_IMPORTED,  /* of another tool (SARIF) */
};

/* Why a finding does not count with its rule's level. */
enum finding_fate {
	FATE_STANDS,
	FATE_WAIVED,
	FATE_RELEASED,	  /* approved by the owners (weakenings) */
	FATE_PREEXISTING, /* equally true of `before`: at most warn */
	FATE_NOT_YET,	  /* enforce_from is in the future: at most warn */
	FATE_NEWER_PACK,  /* the pinned pack did not have this rule yet: at most warn */
	FATE_OVERRIDDEN,  /* break-glass */
};
const char *finding_kind_name(enum finding_kind kind);
const char *finding_fate_name(enum finding_fate fate);

struct finding {
	enum finding_kind kind;
	enum finding_fate fate;
	enum level rule_level; /* what the rule says */
	enum level level;      /* what counts, after fate; waived, released, overridden: INFO */

	const struct rule *rule; /* NULL: imported, weakens, moved */
	struct str rule_id, title, description, url;
	struct policy_place place; /* of the rule */
	struct str tool;	   /* of an imported one: "tflint 0.50"; else empty */

	struct str directory; /* of the root module */
	struct str address;   /* resource, output name, or empty (plan scope) */
	struct str deposed;
	enum action action;
	bool has_item;
	struct str item; /* short text of the item: "ingress tcp 22 0.0.0.0/0", "[2]" */

	struct str message;	/* may be empty: title says it */
	struct str remediation; /* may be empty */
	/* As they were made (template.h): what secrets are looked for in. Empty: as above. */
	struct str message_made, remediation_made;
	const struct str *paths; /* UNDECIDED: what it depends on */
	size_t path_count;
	const struct str *causes; /* "aws_kms_key.main.arn" */
	size_t cause_count;
	bool no_values; /* UNDECIDED: the plan was read from text or a stream, which hold none */
	size_t count;	/* ERROR: how many changes; others 1 */

	struct str fingerprint;	      /* base64url, of the finding */
	struct str value_fingerprint; /* "vf1:..."; empty: none could be made (hidden, no key) */
	/* The strings it is made of: one with a secret in it could be searched for, and is dropped.
	 */
	struct str value_texts;
	const struct waiver *waiver; /* of FATE_WAIVED */
	struct str release;	     /* who can release it and how; of denials */

	/* Of the resource's block, relative to the repository root (locate.h); of weakenings and
	 * the like in the policy file. Empty: not known; line 0: only the file is. */
	struct str file;
	int line, column;
	bool from_trusted, from_head; /* which chain's rule said so */
};

/* Neither waived nor released nor overridden. */
bool finding_stands(const struct finding *finding);

/* What became of each rule, for "matched N resources". */
struct rule_tally {
	const struct rule *rule;
	size_t matched, passed, violated, undecided, errors;
};

enum waiver_state {
	WAIVER_ACTIVE,
	WAIVER_EXPIRING, /* within 14 days */
	WAIVER_EXPIRED,
	WAIVER_UNUSED,
	WAIVER_MALFORMED, /* not applied */
	WAIVER_UNTRUSTED, /* only in the head: not applied without an approval */
};
const char *waiver_state_name(enum waiver_state state);

struct waiver_use {
	const struct waiver *waiver;
	enum waiver_state state;
	struct str fault; /* why it is not applied; of MALFORMED */
	bool unverified;  /* approved_by could not be checked */
	size_t findings;  /* it covered */
};

struct absorbed_error { /* an error that && or || hid: most often a typo */
	const struct rule *rule;
	struct str text, address;
	struct policy_place place;
};

struct verdict {
	bool evaluated;	     /* policies were looked at at all */
	struct str withheld; /* why there is no verdict ("the plan is errored"); or empty */
	struct finding
	    *findings; /* by importance: denials first, then undecided, warnings, notes */
	size_t finding_count;
	struct rule_tally *tallies;
	size_t tally_count;
	struct waiver_use *waivers;
	size_t waiver_count;
	struct absorbed_error *absorbed;
	size_t absorbed_count;
	size_t rules;		       /* in force, by name: both chains may run one */
	size_t rules_matched;	       /* that matched at least one resource */
	size_t resources;	       /* evaluated by at least one rule */
	size_t counts[LEVEL_DENY + 1]; /* of findings that stand, by level */
	size_t waived, undecided, overridden;
	size_t
	    left_out[LEVEL_DENY + 1]; /* of findings beyond FINDINGS_MAX of a level: counted only */
	bool nothing_evaluated;	      /* require_rules, and there was no rule or no resource */
	bool denied;		      /* the run fails: exit 3 */
	struct str reason;	      /* one line: "2 denials: db-protect, sg-admin-port" */
	struct str trusted_source, head_source; /* names of the chains; empty: none */
	const struct str *notes; /* said out loud: no rules, nothing matched, file not read ... */
	size_t note_count;
	struct str break_glass; /* the reason given; empty: not used */
	struct str root_file;	/* main.tf or the like of the root module; empty: not looked for */
};

/* Sorts findings by importance and fills counts, denied, reason. After every change of findings. */
struct arena;
void verdict_seal(struct arena *arena, struct verdict *verdict);

#endif
