/* Documents of IAM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/diff_sketch.h"

struct row {
	const char *label;
	struct diff_case in;
	const char *want; /* diff_sketch.h */
};

#define IAM(a, b)                                                                                 \
	{                                                                                         \
		.type = "aws_iam_policy", .action = ACTION_UPDATE,                                \
		.before =                                                                         \
		    "{\"policy\":\"TEXT:{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":" a \
		    "}\"}",                                                                       \
		.after =                                                                          \
		    "{\"policy\":\"TEXT:{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":" b \
		    "}\"}"                                                                        \
	}

#define Q      "\\\""
#define ALLOW  "{" Q "Effect" Q ":" Q "Allow" Q ","
#define DENY   "{" Q "Effect" Q ":" Q "Deny" Q ","
#define SID(s) Q "Sid" Q ":" Q s Q ","
#define GET    Q "Action" Q ":" Q "s3:GetObject" Q ","
#define ALL    Q "Action" Q ":" Q "*" Q ","
#define BUCKET Q "Resource" Q ":" Q "arn:aws:s3:::b/*" Q
#define ANY    Q "Resource" Q ":" Q "*" Q
#define WHO(w) Q "Principal" Q ":" w ","

static const struct row iam[] = {
    {"one action more",
	IAM("[" ALLOW SID("A") GET BUCKET "}]", "[" ALLOW SID("A") Q
	    "Action" Q ":[" Q "s3:GetObject" Q "," Q "s3:PutObject" Q "]," BUCKET "}]"),
	"~policy{~ Allow A; +> Action s3:PutObject; => Action s3:GetObject; "
	"=> Resource arn:aws:s3:::b/*}"},
    {"a denial of fewer actions",
	IAM("[" DENY Q "Action" Q ":[" Q "s3:GetObject" Q "," Q "iam:*" Q "]," ANY "}]",
	    "[" DENY GET ANY "}]"),
	"~policy{~ Deny; -> Action iam:*; => Action s3:GetObject; => Resource *; "
	"!> denies less: less stands in Action}"},
    {"a denial of all actions instead of some", IAM("[" DENY GET ANY "}]", "[" DENY ALL ANY "}]"),
	"~policy{~ Deny; -> Action s3:GetObject; +> Action *; => Resource *}"},
    {"a denial with more exceptions",
	IAM("[" DENY Q "NotAction" Q ":" Q "a:b" Q "," ANY "}]",
	    "[" DENY Q "NotAction" Q ":[" Q "a:b" Q "," Q "c:d" Q "]," ANY "}]"),
	"~policy{~ Deny; +> NotAction c:d; => NotAction a:b; => Resource *; "
	"!> denies less: more stands in NotAction}"},
    {"a denial under a condition",
	IAM("[" DENY ALL ANY "}]", "[" DENY ALL ANY "," Q "Condition" Q ":{" Q "Bool" Q ":{" Q
				   "a:mfa" Q ":" Q "false" Q "}}}]"),
	"~policy{~ Deny; => Action *; => Resource *; +> Condition Bool a:mfa = false; "
	"!> denies less: Condition Bool a:mfa}"},
    {"everything", IAM("[" ALLOW SID("A") GET BUCKET "}]", "[" ALLOW SID("A") ALL ANY "}]"),
	"~policy{~ Allow A; -> Action s3:GetObject; +> Action *; -> Resource arn:aws:s3:::b/*; "
	"+> Resource *; !> now allows *; !> now allows every resource}"},
    {"another order of everything",
	IAM("[" ALLOW SID("A") GET BUCKET "}," DENY ALL ANY "}]",
	    "[" DENY ANY "," Q "Action" Q ":[" Q "*" Q "]}," ALLOW SID("A") GET BUCKET "}]"),
	"~policy{! the same policy, written another way}(the same policy, written another way)"},
    {"a statement comes",
	IAM("[" ALLOW GET BUCKET "}]", "[" ALLOW GET BUCKET "}," ALLOW ALL BUCKET "}]"),
	"~policy{. 1 statement unchanged; + Allow; +> Action *; +> Resource arn:aws:s3:::b/*; "
	"!> now allows *}"},
    {"a denial goes", IAM("[" ALLOW GET BUCKET "}," DENY ALL ANY "}]", "[" ALLOW GET BUCKET "}]"),
	"~policy{. 1 statement unchanged; - Deny; -> Action *; -> Resource *; !> no longer "
	"denied}"},
    {"a denial becomes its opposite",
	IAM("[" DENY SID("A") ALL ANY "}]", "[" ALLOW SID("A") ALL ANY "}]"),
	"~policy{~ Allow A; -> Effect Deny; +> Effect Allow; => Action *; => Resource *; "
	"!> no longer denied; !> now allows *; !> now allows every resource}"},
    {"a denial of everything is none of these",
	IAM("[" DENY SID("A") GET BUCKET "}]", "[" DENY SID("A") ALL ANY "}]"),
	"~policy{~ Deny A; -> Action s3:GetObject; +> Action *; -> Resource arn:aws:s3:::b/*; "
	"+> Resource *}"},
    {"open to everyone",
	IAM("[" ALLOW SID("A") WHO("{" Q "AWS" Q ":" Q "arn:aws:iam::111122223333:root" Q "}")
		GET BUCKET "}]",
	    "[" ALLOW SID("A") WHO(Q "*" Q) GET BUCKET "}]"),
	"~policy{~ Allow A; -> Principal AWS:arn:aws:iam::111122223333:root; +> Principal *; "
	"=> Action s3:GetObject; => Resource arn:aws:s3:::b/*; !> now open to everyone}"},
    {"a condition goes",
	IAM("[" ALLOW SID("A") GET BUCKET "," Q "Condition" Q ":{" Q "Bool" Q ":{" Q "k" Q
					  ":true}}}]",
	    "[" ALLOW SID("A") GET BUCKET "}]"),
	"~policy{~ Allow A; => Action s3:GetObject; => Resource arn:aws:s3:::b/*; "
	"-> Condition Bool k = true; !> no condition any more}"},
    {"everything but",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") Q "NotAction" Q ":" Q "iam:*" Q "," BUCKET "}]"),
	"~policy{~ Allow A; -> Action s3:GetObject; +> NotAction iam:*; "
	"=> Resource arn:aws:s3:::b/*; !> now allows every action but NotAction}"},
    {"less is left out",
	IAM("[" ALLOW SID("A") Q "NotAction" Q ":[" Q "iam:*" Q "," Q "s3:*" Q "]," BUCKET "}]",
	    "[" ALLOW SID("A") Q "NotAction" Q ":" Q "iam:*" Q "," BUCKET "}]"),
	"~policy{~ Allow A; -> NotAction s3:*; => NotAction iam:*; "
	"=> Resource arn:aws:s3:::b/*; !> allows more: less stands in NotAction}"},
    {"every action of a service",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") Q "Action" Q ":" Q "s3:*" Q "," BUCKET "}]"),
	"~policy{~ Allow A; -> Action s3:GetObject; +> Action s3:*; "
	"=> Resource arn:aws:s3:::b/*; !> now allows every action of s3}"},
    {"every action of some services",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") Q "Action" Q ":" Q "s*" Q "," BUCKET "}]"),
	"~policy{~ Allow A; -> Action s3:GetObject; +> Action s*; => Resource arn:aws:s3:::b/*; !> "
	"now allows every action of s*}"},
    {"every action of services with a word in common",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") Q "Action" Q ":" Q "s*:*" Q "," BUCKET "}]"),
	"~policy{~ Allow A; -> Action s3:GetObject; +> Action s*:*; => Resource arn:aws:s3:::b/*; "
	"!> now allows every action of s*}"},
    {"actions of a name",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") Q "Action" Q ":" Q "*Get*" Q "," BUCKET "}]"),
	"~policy{~ Allow A; -> Action s3:GetObject; +> Action *Get*; => Resource arn:aws:s3:::b/*; "
	"!> now allows actions of many services: *Get*}"},
    {"every resource by its beginning",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") GET Q "Resource" Q ":" Q "a*" Q "}]"),
	"~policy{~ Allow A; => Action s3:GetObject; -> Resource arn:aws:s3:::b/*; +> Resource a*; "
	"!> now allows every resource}"},
    {"every resource of a partition",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") GET Q "Resource" Q ":" Q "arn:aws:*" Q "}]"),
	"~policy{~ Allow A; => Action s3:GetObject; -> Resource arn:aws:s3:::b/*; +> Resource "
	"arn:aws:*; !> now allows every resource}"},
    {"every resource part by part",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") GET Q "Resource" Q ":" Q "arn:*:*:*:*:*" Q "}]"),
	"~policy{~ Allow A; => Action s3:GetObject; -> Resource arn:aws:s3:::b/*; +> Resource "
	"arn:*:*:*:*:*; !> now allows every resource}"},
    {"every resource of a service",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") GET Q "Resource" Q ":" Q "arn:aws:s3:::*" Q "}]"),
	"~policy{~ Allow A; => Action s3:GetObject; -> Resource arn:aws:s3:::b/*; +> Resource "
	"arn:aws:s3:::*}"},
    {"an identity provider of another account",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A")
		WHO("{" Q "Federated" Q ":" Q "arn:aws:iam::333333333333:saml-provider/x" Q "}")
		    GET BUCKET "}]"),
	"~policy{~ Allow A; +> Principal Federated:arn:aws:iam::333333333333:saml-provider/x; => "
	"Action s3:GetObject; => Resource arn:aws:s3:::b/*; !> new principal of account "
	"333333333333}"},
    {"a canonical user",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A")
		WHO("{" Q "CanonicalUser" Q ":" Q
		    "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" Q "}")
		    GET BUCKET "}]"),
	"~policy{~ Allow A; +> Principal "
	"CanonicalUser:79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be; => Action "
	"s3:GetObject; => Resource arn:aws:s3:::b/*; !> new principal of an account that only its "
	"id tells: 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be}"},
    {"the root of any account",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") WHO("{" Q "AWS" Q ":" Q "arn:aws:iam::*:root" Q "}") GET BUCKET
	    "}]"),
	"~policy{~ Allow A; +> Principal AWS:arn:aws:iam::*:root; => Action s3:GetObject; => "
	"Resource arn:aws:s3:::b/*; !> now open to everyone}"},
    {"a service",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") WHO("{" Q "Service" Q ":" Q "ec2.amazonaws.com" Q "}") GET BUCKET
	    "}]"),
	"~policy{~ Allow A; +> Principal Service:ec2.amazonaws.com; => Action s3:GetObject; => "
	"Resource arn:aws:s3:::b/*}"},
    {"one condition of two goes",
	IAM("[" ALLOW SID("A") GET BUCKET "," Q "Condition" Q ":{" Q "StringEquals" Q ":{" Q "k" Q
					  ":1," Q "l" Q ":[2,3]}}}]",
	    "[" ALLOW SID("A") GET BUCKET "," Q "Condition" Q ":{" Q "StringEquals" Q ":{" Q "k" Q
					  ":1}}}]"),
	"~policy{~ Allow A; => Action s3:GetObject; => Resource arn:aws:s3:::b/*; "
	"-> Condition StringEquals l = 2; -> Condition StringEquals l = 3; "
	"=> Condition StringEquals k = 1; !> one condition less: StringEquals l}"},
    {"the key of a condition in another case",
	IAM("[" ALLOW SID("A") GET BUCKET "," Q "Condition" Q ":{" Q "StringEquals" Q ":{" Q
					  "aws:Org" Q ":" Q "a" Q "}}}]",
	    "[" ALLOW SID("A") GET BUCKET "," Q "Condition" Q ":{" Q "StringEquals" Q ":{" Q
					  "AWS:org" Q ":" Q "a" Q "}}}]"),
	"~policy{~ Allow A; => Action s3:GetObject; => Resource arn:aws:s3:::b/*; "
	"-> Condition StringEquals aws:Org = a; +> Condition StringEquals AWS:org = a}"},
    {"another condition on the same key",
	IAM("[" ALLOW SID("A") GET BUCKET "," Q "Condition" Q ":{" Q "StringEquals" Q ":{" Q "k" Q
					  ":" Q "a" Q "}}}]",
	    "[" ALLOW SID("A") GET BUCKET "," Q "Condition" Q ":{" Q "StringLike" Q ":{" Q "k" Q
					  ":" Q "a" Q "}}}]"),
	"~policy{~ Allow A; => Action s3:GetObject; => Resource arn:aws:s3:::b/*; "
	"-> Condition StringEquals k = a; +> Condition StringLike k = a; "
	"!> one condition is another now: StringEquals k}"},
    {"a condition that says nothing",
	IAM("[" ALLOW SID("A") GET BUCKET "," Q "Condition" Q ":{" Q "StringLike" Q ":{" Q "k" Q
					  ":" Q "a" Q "}}}]",
	    "[" ALLOW SID("A") GET BUCKET "," Q "Condition" Q ":{" Q "StringLike" Q ":{" Q "k" Q
					  ":" Q "*" Q "}}}]"),
	"~policy{~ Allow A; => Action s3:GetObject; => Resource arn:aws:s3:::b/*; "
	"-> Condition StringLike k = a; +> Condition StringLike k = *; "
	"!> now under a condition that everything meets}"},
    {"everything, written another way",
	IAM("[" ALLOW SID("A") GET BUCKET "}]",
	    "[" ALLOW SID("A") Q "Action" Q ":[" Q "**" Q "," Q "s3:?*" Q "," Q "iam:Get*" Q "]," Q
				 "Resource" Q ":" Q "arn:**" Q "}]"),
	"~policy{~ Allow A; -> Action s3:GetObject; +> Action **; +> Action s3:?*; "
	"+> Action iam:Get*; -> Resource arn:aws:s3:::b/*; +> Resource arn:**; !> now allows *; "
	"!> now allows every action of s3; !> now allows every resource}"},
    {"any identity of a provider",
	IAM("[" ALLOW SID("A") WHO("{" Q "Federated" Q ":" Q "accounts.x.com" Q "}") GET BUCKET
	    "}]",
	    "[" ALLOW SID("A") WHO("{" Q "Federated" Q ":" Q "*" Q "}") GET BUCKET "}]"),
	"~policy{~ Allow A; -> Principal Federated:accounts.x.com; +> Principal Federated:*; "
	"=> Action s3:GetObject; => Resource arn:aws:s3:::b/*; !> now open to everyone}"},
    {"a secret in it",
	IAM("[" ALLOW SID("A") Q "Action" Q ":" Q "HIDDEN!" Q "," BUCKET "}]",
	    "[" ALLOW SID("A") Q "Action" Q ":" Q "HIDDEN!" Q "," BUCKET "}]"),
	"~policy{~ Allow A; -> Action (sensitive, changed); +> Action (sensitive, changed); "
	"=> Resource arn:aws:s3:::b/*}"},
    {"the version",
	{.action = ACTION_UPDATE,
	    .before =
		"{\"p\":\"{\\\"Version\\\":\\\"2008-10-17\\\",\\\"Statement\\\":[" ALLOW GET BUCKET
		"}]}\"}",
	    .after =
		"{\"p\":\"{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[" ALLOW GET BUCKET
		"}]}\"}"},
	"~p{- Version \"2008-10-17\"; + Version \"2012-10-17\"; . 1 statement unchanged}"},
    {"comes as a whole",
	{.action = ACTION_CREATE,
	    .before = "null",
	    .after = "{\"p\":\"{\\\"Statement\\\":" ALLOW ALL ANY "}}\"}"},
	"+p{+ Allow; +> Action *; +> Resource *; !> now allows *; !> now allows every resource}"},
    {"goes as a whole",
	{.action = ACTION_DELETE,
	    .after = "null",
	    .before = "{\"p\":\"{\\\"Statement\\\":" ALLOW GET BUCKET "}}\"}"},
	"-p{- Allow; -> Action s3:GetObject; -> Resource arn:aws:s3:::b/*}"},
    {"another account",
	{.action = ACTION_UPDATE,
	    .before =
		"{\"arn\":\"arn:aws:s3:eu:111122223333:b\",\"p\":\"{\\\"Statement\\\":" ALLOW SID(
		    "A") WHO("{}") GET BUCKET "}}\"}",
	    .after =
		"{\"arn\":\"arn:aws:s3:eu:111122223333:b\",\"p\":\"{\\\"Statement\\\":" ALLOW SID(
		    "A") WHO("{" Q "AWS" Q ":[" Q "arn:aws:iam::111122223333:role/x" Q "," Q
			     "999999999999" Q "]}") GET BUCKET "}}\"}"},
	"~p{~ Allow A; +> Principal AWS:arn:aws:iam::111122223333:role/x; "
	"+> Principal AWS:999999999999; => Action s3:GetObject; => Resource arn:aws:s3:::b/*; "
	"!> new principal outside the account: 999999999999}"},
    {"a document that is broken",
	IAM("[" ALLOW GET Q "NotAction" Q ":" Q "x" Q "}]",
	    "[" ALLOW GET Q "NotAction" Q ":" Q "y" Q "}]"),
	"~policy.Statement[0].NotAction@"},
};

/* The same document with more in it than IAM knows. */
#define DOC(a, b)                                                                   \
	{                                                                           \
		.action = ACTION_UPDATE, .before = "{\"d\":\"{" STATEMENT a "}\"}", \
		.after = "{\"d\":\"{" STATEMENT b "}\"}",                           \
	}
#define STATEMENT Q "Statement" Q ":"
#define FOO(v)	  "," Q "Foo" Q ":" Q v Q

static const struct row more_than_iam[] = {
    {"keys beside the statements",
	DOC("[" ALLOW GET BUCKET "}]," Q "image" Q ":" Q "v1" Q,
	    "[" ALLOW GET BUCKET "}]," Q "image" Q ":" Q "evil" Q),
	"~d.image@"},
    {"keys beside statements that change",
	DOC("[" ALLOW GET BUCKET "}]," Q "replicas" Q ":1",
	    "[" ALLOW ALL BUCKET "}]," Q "replicas" Q ":9"),
	"~d{! now allows *} ~d.Statement[0].Action@ ~d.replicas@"},
    {"a key of a statement",
	DOC("[" ALLOW GET BUCKET FOO("a") "}]", "[" ALLOW GET BUCKET FOO("b") "}]"),
	"~d.Statement[0].Foo@"},
    {"no effect", DOC("[{" Q "Effect" Q ":null," GET BUCKET "}]", "[" ALLOW GET BUCKET "}]"),
	"+d.Statement[0].Effect@"},
    {"no effect in the second",
	DOC("[" ALLOW GET BUCKET "},{" GET BUCKET "}]",
	    "[" ALLOW GET BUCKET "}," ALLOW GET BUCKET "}]"),
	"+d.Statement[1].Effect@"},
    {"a key in another case",
	DOC(ALLOW GET BUCKET "}," Q "Version" Q ":" Q "a" Q "," Q "version" Q ":" Q "b" Q,
	    ALLOW GET BUCKET "}," Q "Version" Q ":" Q "a" Q "," Q "version" Q ":" Q "c" Q),
	"~d.version@"},
    {"another spelling",
	DOC("[" ALLOW GET BUCKET FOO("a") "}]", " [" ALLOW GET BUCKET FOO("a") "}]"),
	"~d{! the same JSON, written another way}(the same JSON, written another way)"},
    {"comes",
	{.action = ACTION_CREATE,
	    .before = "null",
	    .after = "{\"d\":\"{" STATEMENT ALLOW ALL BUCKET FOO("a") "}}\"}"},
	"+d{! now allows *} +d"},
    {"in the place of an empty text",
	{.action = ACTION_UPDATE,
	    .before = "{\"d\":\"\"}",
	    .after = "{\"d\":\"{" STATEMENT ALLOW ALL BUCKET "}}\"}"},
	"+d{+ Allow; +> Action *; +> Resource arn:aws:s3:::b/*; !> now allows *}"},
    {"in the place of an empty document",
	{.action = ACTION_UPDATE,
	    .before = "{\"d\":\" {}\"}",
	    .after = "{\"d\":\"{" STATEMENT ALLOW ALL BUCKET "}}\"}"},
	"+d{+ Allow; +> Action *; +> Resource arn:aws:s3:::b/*; !> now allows *}"},
    {"in the place of other JSON",
	{.action = ACTION_UPDATE,
	    .before = "{\"d\":\"{" Q "a" Q ":1}\"}",
	    .after = "{\"d\":\"{" STATEMENT ALLOW ALL BUCKET "}}\"}"},
	"+d{! now allows *} +d.Statement@ -d.a@"},
    {"in the place of a text",
	{.action = ACTION_UPDATE,
	    .before = "{\"d\":\"none\"}",
	    .after = "{\"d\":\"{" STATEMENT ALLOW ALL BUCKET "}}\"}"},
	"+d{! now allows *} ~d"},
    {"a denial gives way to an empty text",
	{.action = ACTION_UPDATE,
	    .before = "{\"d\":\"{" STATEMENT "{" Q "Effect" Q ":" Q "Deny" Q "," ALL BUCKET "}}\"}",
	    .after = "{\"d\":\"\"}"},
	"-d{- Deny; -> Action *; -> Resource arn:aws:s3:::b/*; !> no longer denied}"},
    {"a denial gives way to a text",
	{.action = ACTION_UPDATE,
	    .before = "{\"d\":\"{" STATEMENT "{" Q "Effect" Q ":" Q "Deny" Q "," ALL BUCKET "}}\"}",
	    .after = "{\"d\":\"none\"}"},
	"-d{! no longer denied} ~d"},
    {"a condition that is never true goes",
	DOC("[" ALLOW GET BUCKET "," Q "Condition" Q ":{" Q "StringEquals" Q ":{" Q "k" Q ":[]}}}]",
	    "[" ALLOW GET BUCKET "}]"),
	"~d{~ Allow; => Action s3:GetObject; => Resource arn:aws:s3:::b/*; "
	"-> Condition StringEquals k = (nothing); !> no condition any more}"},
    {"everything but nothing",
	DOC("[" ALLOW Q "Action" Q ":[]," BUCKET "}]",
	    "[" ALLOW Q "NotAction" Q ":[]," BUCKET "}]"),
	"~d{~ Allow; +> NotAction (nothing); => Resource arn:aws:s3:::b/*; "
	"!> now allows every action but NotAction}"},
    {"an old version comes",
	{.action = ACTION_CREATE,
	    .before = "null",
	    .after = "{\"d\":\"{" Q "Version" Q ":" Q "2008-10-17" Q "," STATEMENT ALLOW GET BUCKET
		     "}}\"}"},
	"+d{+ Version \"2008-10-17\"; + Allow; +> Action s3:GetObject; +> Resource "
	"arn:aws:s3:::b/*}"},
};

#define DO(a)  Q "Action" Q ":" Q a Q ","
#define NOT(a) Q "NotAction" Q ":" Q a Q ","
#define ON(r)  Q "Resource" Q ":" Q r Q

/* Entries are compared by what they match. */
static const struct row covered[] = {
    {"a denial of more: s3:* instead of s3:GetObject",
	IAM("[" DENY DO("s3:GetObject") ANY "}]", "[" DENY DO("S3:*") ANY "}]"),
	"~policy{~ Deny; -> Action s3:GetObject; +> Action S3:*; => Resource *}"},
    {"a denial on more", IAM("[" DENY ALL ON("b/x") "}]", "[" DENY ALL ON("b/*") "}]"),
	"~policy{~ Deny; => Action *; -> Resource b/x; +> Resource b/*}"},
    {"a denial on others: the case of a resource",
	IAM("[" DENY ALL ON("b/x") "}]", "[" DENY ALL ON("B/*") "}]"),
	"~policy{~ Deny; => Action *; -> Resource b/x; +> Resource B/*; "
	"!> denies less: less stands in Resource}"},
    {"a denial on one character instead of any",
	IAM("[" DENY ALL ON("b/*") "}]", "[" DENY ALL ON("b/?") "}]"),
	"~policy{~ Deny; => Action *; -> Resource b/*; +> Resource b/?; "
	"!> denies less: less stands in Resource}"},
    {"a denial on what a variable may be",
	IAM("[" DENY ALL ON("b/${x}") "}]", "[" DENY ALL ON("b/????") "}]"),
	"~policy{~ Deny; => Action *; -> Resource b/${x}; +> Resource b/????; "
	"!> denies less: less stands in Resource}"},
    {"a denial with a narrower exception",
	IAM("[" DENY NOT("iam:*") ANY "}]", "[" DENY NOT("iam:PassRole") ANY "}]"),
	"~policy{~ Deny; -> NotAction iam:*; +> NotAction iam:PassRole; => Resource *}"},
    {"a denial with a wider exception",
	IAM("[" DENY NOT("iam:PassRole") ANY "}]", "[" DENY NOT("iam:*") ANY "}]"),
	"~policy{~ Deny; -> NotAction iam:PassRole; +> NotAction iam:*; => Resource *; "
	"!> denies less: more stands in NotAction}"},
    {"a denial of all but some becomes one of some",
	IAM("[" DENY NOT("iam:*") ANY "}]", "[" DENY DO("s3:Get") ANY "}]"),
	"~policy{~ Deny; +> Action s3:Get; -> NotAction iam:*; => Resource *; "
	"!> denies less: no longer all but NotAction}"},
    {"every action of a service, of all before",
	IAM("[" ALLOW ALL ANY "}]", "[" ALLOW DO("s3:*") ANY "}]"),
	"~policy{~ Allow; -> Action *; +> Action s3:*; => Resource *}"},
    {"the same on another resource",
	IAM("[" ALLOW ALL ON("x") "}]", "[" ALLOW DO("s3:*") ON("y") "}]"),
	"~policy{~ Allow; -> Action *; +> Action s3:*; -> Resource x; +> Resource y; "
	"!> now allows every action of s3}"},
    {"all that was allowed on one resource is on every",
	IAM("[" ALLOW ALL ON("x") "}," ALLOW GET ANY "}]",
	    "[" ALLOW GET ANY "}," ALLOW ALL ANY "}]"),
	"~policy{~ Allow; => Action *; -> Resource x; +> Resource *; "
	"!> now allows every resource; . 1 statement unchanged}"},
    {"every action but more",
	IAM("[" ALLOW NOT("iam:PassRole") ANY "}]", "[" ALLOW NOT("iam:*") ANY "}]"),
	"~policy{~ Allow; -> NotAction iam:PassRole; +> NotAction iam:*; => Resource *}"},
    {"every action but less",
	IAM("[" ALLOW NOT("iam:*") ANY "}]", "[" ALLOW NOT("iam:PassRole") ANY "}]"),
	"~policy{~ Allow; -> NotAction iam:*; +> NotAction iam:PassRole; => Resource *; "
	"!> now allows every action but NotAction}"},
    {"allowed before, but under a condition",
	IAM("[" ALLOW ALL ANY "," Q "Condition" Q ":{" Q "Bool" Q ":{" Q "k" Q ":true}}}]",
	    "[" ALLOW DO("s3:*") ANY "}]"),
	"~policy{~ Allow; -> Action *; +> Action s3:*; => Resource *; -> Condition Bool k = true; "
	"!> now allows every action of s3; !> no condition any more}"},
};

#define POLICY(a) "{\"policy\":\"{" STATEMENT a "}\"}"
#define ALLOWED	  "[" ALLOW ALL BUCKET "}]"

/* The settings say that it is noise. */
static const struct row folded[] = {
    {"a policy",
	{.action = ACTION_UPDATE,
	    .noise = "polic*",
	    .before = POLICY("[" ALLOW GET BUCKET "}]"),
	    .after = POLICY("[" DENY GET BUCKET "}]")},
	"~policy{~ Deny; -> Effect Allow; +> Effect Deny; => Action s3:GetObject; "
	"=> Resource arn:aws:s3:::b/*}(why)"},
    {"a policy in which something is called out",
	{.action = ACTION_UPDATE,
	    .noise = "polic*",
	    .before = POLICY("[" ALLOW GET BUCKET "}]"),
	    .after = POLICY(ALLOWED)},
	"~policy{~ Allow; -> Action s3:GetObject; +> Action *; => Resource arn:aws:s3:::b/*; "
	"!> now allows *}"},
    {"the same where only names are kept",
	{.action = ACTION_UPDATE,
	    .noise = "polic*",
	    .names_only = true,
	    .before = POLICY("[" ALLOW GET BUCKET "}]"),
	    .after = POLICY(ALLOWED)},
	"~policy"},
    {"another order", /* nothing is called out in that */
	{.action = ACTION_UPDATE,
	    .noise = "a",
	    .before = "{\"a\":[{\"b\":1},{\"b\":2}]}",
	    .after = "{\"a\":[{\"b\":2},{\"b\":1}]}"},
	"~a{! the same members in another order}(why)"},
    {"not what forces a replacement",
	{.action = ACTION_UPDATE,
	    .noise = "a",
	    .replace_paths = "[[\"a\"]]",
	    .before = "{\"a\":1}",
	    .after = "{\"a\":2}"},
	"~a!"},
};

static void check(const struct row *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		diff_expect(table[i].label, &table[i].in, table[i].want);
}

static void test_iam(void **state)
{
	(void)state;
	check(iam, ARRAY_LEN(iam));
	check(more_than_iam, ARRAY_LEN(more_than_iam));
	check(covered, ARRAY_LEN(covered));
	check(folded, ARRAY_LEN(folded));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_iam),
	};

	return cmocka_run_group_tests_name("report/diff_iam", tests, NULL, NULL);
}
