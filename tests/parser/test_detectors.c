#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/regex.h"
#include "parser/detectors.h"
#include "parser/redact.h"

#define NONE	 DETECTOR_MASK
#define A20	 "Ab1Cd2Ef3Gh4Ij5Kl6Mn"
#define JWT_HEAD "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

/* What stands between the brackets of `want` is the secret. */
static const struct {
	const char *name;
	enum detector detector;
	const char *text, *secret;
} shapes[] = {
    {"pem", DETECTOR_PEM,
	"x\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\ny",
	"-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----"},
    {"pem of openssh", DETECTOR_PEM, "-----BEGIN OPENSSH PRIVATE KEY-----\nb3B",
	"-----BEGIN OPENSSH PRIVATE KEY-----\nb3B"},
    {"pgp", DETECTOR_PEM, "-----BEGIN PGP PRIVATE KEY BLOCK-----\nx",
	"-----BEGIN PGP PRIVATE KEY BLOCK-----\nx"},
    {"certificate", NONE, "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----", NULL},
    {"public key", NONE, "-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----", NULL},
    {"aws", DETECTOR_AWS_ACCESS_KEY, "id=AKIAQYLPMN5HHHFPZAM2 ", "AKIAQYLPMN5HHHFPZAM2"},
    {"aws, temporary", DETECTOR_AWS_ACCESS_KEY, "ASIAQYLPMN5HHHFPZAM2", "ASIAQYLPMN5HHHFPZAM2"},
    {"aws, longer than today", DETECTOR_AWS_ACCESS_KEY, "AKIAQYLPMN5HHHFPZAM2QYLPMN5HHHFP",
	"AKIAQYLPMN5HHHFPZAM2QYLPMN5HHHFP"},
    {"aws, of the documentation", NONE, "AKIAIOSFODNN7EXAMPLE", NULL},
    {"aws, in a word", NONE, "XAKIAQYLPMN5HHHFPZAM2", NULL},
    {"aws, too short", NONE, "AKIAQYLPMN5", NULL},
    {"aws secret", DETECTOR_AWS_SECRET_KEY,
	"aws_secret_access_key = \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz\"",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz"},
    {"aws secret, exported", DETECTOR_AWS_SECRET_KEY,
	"export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz\n",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz"},
    {"aws secret, a reference", NONE, "AWS_SECRET_ACCESS_KEY=${SECRET}", NULL},
    {"google key", DETECTOR_GOOGLE_KEY, "AIzaSyA1234567890abcdefghijklmnopqrstu",
	"AIzaSyA1234567890abcdefghijklmnopqrstu"},
    {"google oauth", DETECTOR_GOOGLE_KEY, "GOCSPX-abcdefghijklmnopqrst",
	"GOCSPX-abcdefghijklmnopqrst"},
    {"azure storage", DETECTOR_AZURE_KEY,
	"AccountName=x;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1==;EndpointSuffix=y",
	"AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1=="},
    {"azure bus", DETECTOR_AZURE_KEY, "Endpoint=sb://x/;SharedAccessKey=Eby8vdM02xNOcqFlqUwJPLlmE=",
	"SharedAccessKey=Eby8vdM02xNOcqFlqUwJPLlmE="},
    {"azure signature", DETECTOR_AZURE_KEY,
	"https://x.blob.core.windows.net/a?sv=1&sig=abcdefghijklmnopqrstuvwxyz0123456%3D&se=2",
	"abcdefghijklmnopqrstuvwxyz0123456%3D"},
    {"azure, key vault", NONE, "AccountKey=@Microsoft.KeyVault(x)", NULL},
    {"github", DETECTOR_GITHUB, "ghp_" A20 A20, "ghp_" A20 A20},
    {"github, in an address", DETECTOR_GITHUB, "https://ghs_" A20 "@github.com", "ghs_" A20},
    {"github, fine-grained", DETECTOR_GITHUB, "github_pat_" A20 "_" A20, "github_pat_" A20 "_" A20},
    {"github, too short", NONE, "ghp_short", NULL},
    {"gitlab", DETECTOR_GITLAB, "glpat-" A20, "glpat-" A20},
    {"slack", DETECTOR_SLACK, "xoxb-123456789012-abcdefghij", "123456789012-abcdefghij"},
    {"slack, a word", NONE, "xoxb-something-like-this", NULL},
    {"slack webhook", DETECTOR_SLACK, "https://hooks.slack.com/services/T0/B0/" A20, "T0/B0/" A20},
    {"npm", DETECTOR_NPM, "//npm.example.com/:_authToken=npm_" A20 A20, "npm_" A20 A20},
    {"npm, a variable", NONE, "npm_config_registry_location_of_mine", NULL},
    {"pypi", DETECTOR_PYPI, "pypi-AgEIcHlwaS5vcmcCJDA", "pypi-AgEIcHlwaS5vcmcCJDA"},
    {"pypi, a name", NONE, "pypi-internal-mirror-repository-prod", NULL},
    {"stripe", DETECTOR_STRIPE, "sk_live_" A20, "sk_live_" A20},
    {"terraform cloud", DETECTOR_TERRAFORM_CLOUD, "t=abcdEFGH123456.atlasv1." A20 A20,
	"abcdEFGH123456.atlasv1." A20 A20},
    {"vault", DETECTOR_VAULT, "hvs.CAESI" A20, "hvs.CAESI" A20},
    {"digitalocean", DETECTOR_DIGITALOCEAN, "dop_v1_0123456789abcdef0123456789abcdef",
	"dop_v1_0123456789abcdef0123456789abcdef"},
    {"sendgrid", DETECTOR_SENDGRID, "SG." A20 "." A20, "SG." A20 "." A20},
    {"sendgrid, one part", NONE, "SG." A20 " ", NULL},
    {"twilio", DETECTOR_TWILIO, "SK0123456789abcdef0123456789abcdef",
	"SK0123456789abcdef0123456789abcdef"},
    {"twilio, a stock number", NONE, "SK0123456789", NULL},
    {"jwt", DETECTOR_JWT, "t " JWT_HEAD ".eyJzdWIiOiIxIn0." A20 " ",
	JWT_HEAD ".eyJzdWIiOiIxIn0." A20},
    {"jwt, unsigned", DETECTOR_JWT, JWT_HEAD ".eyJzdWIiOiIxIn0.", JWT_HEAD ".eyJzdWIiOiIxIn0."},
    {"jwt, no algorithm", NONE, "eyJ4IjoxfQ.eyJzdWIiOiIxIn0.abcdefgh", NULL},
    {"jwt, two parts", NONE, JWT_HEAD ".eyJzdWIiOiIxIn0 ", NULL},
    {"url", DETECTOR_URL_PASSWORD, "postgres://app:hunter2@db:5432/x", "hunter2"},
    {"url, a password beyond ASCII", DETECTOR_URL_PASSWORD, "postgres://app:h\xc3\xbcnter2@db/x",
	"h\xc3\xbcnter2"},
    {"url, no password", NONE, "ssh://git@github.com/a/b", NULL},
    {"url, a port", NONE, "http://example.com:8080/a@b", NULL},
    {"url, a reference", NONE, "postgres://app:${PASSWORD}@db/x", NULL},
    {"url, masked", NONE, "postgres://app:*****@db/x", NULL},
    {"url, empty password", NONE, "postgres://app:@db/x", NULL},
    {"arn", NONE, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCdEf", NULL},
    {"bearer", DETECTOR_AUTHORIZATION, "curl -H 'X: Bearer abcdefghij1234567890'",
	"abcdefghij1234567890"},
    {"bearer, prose", NONE, "the Bearer authentication-is-required here", NULL},
    {"header", DETECTOR_AUTHORIZATION,
	"Authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA=="},
    {"header, a reference", NONE, "Authorization: Basic ${credentials}", NULL},
    {"nothing", NONE, "", NULL},
    {"one byte", NONE, "-", NULL},
    {"all beginnings", NONE, "AKIA ghp_ glpat- xoxb- npm_ sk_live_ hvs. SG. SK eyJ :// -----BEGIN ",
	NULL},
    {"bytes", NONE, "\xff\xfe\x80://\xff:\x80\xff", NULL},
};

static void test_shapes(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct detection found = {.detector = NONE};
		struct detectors off = {.off = UINT32_C(1) << shapes[i].detector};
		/* a copy of its own, so that reading past its end is seen */
		struct str text = str_copy(arena, str_from(shapes[i].text));
		bool is_found = detectors_find(NULL, text, 0, &found);

		if (is_found != (shapes[i].detector != NONE) ||
		    found.detector != shapes[i].detector)
			fail_msg("%s: %s", shapes[i].name, detector_name(found.detector));
		if (!is_found)
			continue;
		if (!str_is(str_from_to(text, found.from, found.to), shapes[i].secret))
			fail_msg("%s: '%.*s'", shapes[i].name,
			    STR_ARG(str_from_to(text, found.from, found.to)));
		if (detectors_find(&off, text, 0, &found) && found.detector == shapes[i].detector)
			fail_msg("%s: is not off", shapes[i].name);
		text = detectors_hide(arena, NULL, text);
		if (str_contains(text, str_from(shapes[i].secret)) ||
		    !str_contains(text, STR(SHOWN_SENSITIVE)))
			fail_msg("%s: %.*s", shapes[i].name, STR_ARG(text));
	}
}

/* Hidden and different: #, hidden and equal: =; $: JSON text that was opened. */
static const struct {
	const char *name, *value, *want;
} values[] = {
    {"passwords of a map", "{\"passwords\":{\"app\":\"hunter2\",\"n\":7,\"on\":true}}",
	"{passwords:{app:#,n:7,on:true}}"},
    {"secrets of maps", "{\"secrets\":{\"db\":{\"user\":\"u\",\"word\":\"hunter2\"}}}",
	"{secrets:{db:{user:u,word:#}}}"},
    {"tokens of a list", "{\"tokens\":[\"abc\",\"def\"]}", "{tokens:[#,#]}"},
    {"references of a map",
	"{\"secrets\":[{\"name\":\"DB\",\"valueFrom\":\"db-password\"},{"
	"\"a\":\"arn:aws:ssm:x\"}]}",
	"{secrets:[{name:DB,valueFrom:db-password},{a:arn:aws:ssm:x}]}"},
    {"names of secrets", "{\"secret_names\":{\"a\":\"b\"}}", "{secret_names:{a:b}}"},
    {"a policy for passwords", "{\"password_policy\":{\"a\":\"b\",\"min\":8}}",
	"{password_policy:{a:b,min:8}}"},
    {"what a secret is mounted from",
	"{\"secret\":[{\"secret_name\":\"s\",\"items\":[{\"key\":"
	"\"k\",\"path\":\"p\",\"mode\":\"0644\"}],\"optional\":false}]}",
	"{secret:[{secret_name:s,items:[{key:k,path:p,mode:0644}],optional:false}]}"},
    {"JSON with a key twice",
	"{\"t\":\"{\\\"password\\\":\\\"a1\\\",\\\"password\\\":\\\"b1\\\"}\"}", "{t:#}"},
    {"JSON with a key twice, no secret",
	"{\"t\":\"{\\\"pass_id\\\":\\\"a1\\\",\\\"pass_id\\\":\\\"b1\\\"}\"}",
	"{t:{\"pass_id\":\"a1\",\"pass_id\":\"b1\"}}"},
    {"JSON behind a byte order mark",
	"{\"t\":\"\\ufeff{\\\"password\\\":\\\"a1\\\",\\\"b\\\":1}\"}", "{t:${password:#,b:1}}"},
    {"lines of JSON", "{\"t\":\"{\\\"a\\\":1}\\n{\\\"password\\\":\\\"a1\\\"}\"}", "{t:#}"},
    {"password", "{\"password\":\"hunter2\"}", "{password:#}"},
    {"of any kind",
	"{\"db_password\":\"a\",\"dbPassword2\":\"b\",\"DB_PASS\":\"c\",\"x_pwd\":\"d\"}",
	"{db_password:#,dbPassword2:#,DB_PASS:#,x_pwd:#}"},
    {"a number", "{\"password\":123456,\"port\":5432}", "{password:#,port:5432}"},
    {"settings of passwords",
	"{\"password_length\":16,\"password_policy\":\"strict\","
	"\"manage_master_user_password\":true}",
	"{password_length:16,password_policy:strict,manage_master_user_password:true}"},
    {"secret", "{\"client_secret\":\"abc\",\"secret_string\":\"abc\"}",
	"{client_secret:#,secret_string:#}"},
    {"names of secrets",
	"{\"secret_id\":\"a\",\"db_secret_arn\":\"b\",\"secret_name\":\"c\",\"secret_version\":"
	"\"d\"}",
	"{secret_id:a,db_secret_arn:b,secret_name:c,secret_version:d}"},
    {"references",
	"{\"password\":\"arn:aws:ssm:eu-west-1:1:parameter/x\",\"secret\":\"/prod/db/password\","
	"\"token\":\"${var.token}\",\"api_secret\":\"vault:secret/x#y\"}",
	"{password:arn:aws:ssm:eu-west-1:1:parameter/x,secret:/prod/db/password,"
	"token:${var.token},api_secret:vault:secret/x#y}"},
    {"keys", "{\"api_key\":\"abc\",\"storage_key\":\"x\",\"hmac_key\":\"Zm9vYmFyMTIzNDU2\"}",
	"{api_key:#,storage_key:#,hmac_key:#}"},
    {"keys that are none",
	"{\"key\":\"env\",\"kms_key\":\"alias/x1234567890ab\",\"public_key\":\"ssh-rsa AAAA1\","
	"\"primary_key\":\"id\",\"partition_key\":\"id\",\"kms_key_id\":\"x\",\"key_name\":\"y\","
	"\"s3_key\":\"a/b1/cccccccccccc.zip\",\"ssh_key\":\"x\",\"hash_key\":\"UserId\"}",
	"{key:env,kms_key:alias/x1234567890ab,public_key:ssh-rsa AAAA1,primary_key:id,"
	"partition_key:id,kms_key_id:x,key_name:y,s3_key:a/b1/cccccccccccc.zip,ssh_key:x,"
	"hash_key:UserId}"},
    {"tokens that are none",
	"{\"http_tokens\":\"required\",\"creation_token\":\"efs\",\"next_token\":\"x\"}",
	"{http_tokens:required,creation_token:efs,next_token:x}"},
    {"words", "{\"password\":\"\",\"token\":\"none\",\"secret\":\"********\"}",
	"{password:,token:none,secret:********}"},
    {"authorization of an API", "{\"authorization\":\"AWS_IAM\"}", "{authorization:AWS_IAM}"},
    {"connection string", "{\"connection_string\":\"Server=x;User=y\"}", "{connection_string:#}"},
    {"a list under the name", "{\"passwords\":[\"a\",\"b\"]}", "{passwords:[#,#]}"},
    {"environment of a container",
	"{\"env\":[{\"name\":\"HOST\",\"value\":\"h\"},{\"name\":\"DB_PASSWORD\",\"value\":\"p\"}]"
	"}",
	"{env:[{name:HOST,value:h},{name:DB_PASSWORD,value:#}]}"},
    {"key and value", "{\"key\":\"API_TOKEN\",\"value\":\"abc\"}", "{key:API_TOKEN,value:#}"},
    {"a tag", "{\"key\":\"Name\",\"value\":\"abc\"}", "{key:Name,value:abc}"},
    {"a parameter of a database", "{\"name\":\"password_encryption\",\"value\":\"md5\"}",
	"{name:password_encryption,value:md5}"},
    {"JSON text",
	"{\"container_definitions\":\"[{\\\"environment\\\":[{\\\"name\\\":\\\"TOKEN\\\","
	"\\\"value\\\":\\\"abc\\\"}],\\\"image\\\":\\\"x\\\"}]\"}",
	"{container_definitions:$[{environment:[{name:TOKEN,value:#}],image:x}]}"},
    {"JSON in JSON", "{\"a\":\"{\\\"b\\\":\\\"{\\\\\\\"password\\\\\\\":\\\\\\\"x\\\\\\\"}\\\"}\"}",
	"{a:${b:${password:#}}}"},
    {"JSON with an escaped name", "{\"a\":\"{\\\"pass\\\\u0077ord\\\":\\\"x\\\"}\"}",
	"{a:${password:#}}"},
    {"harmless JSON text stays text", "{\"policy\":\"{\\\"Version\\\":\\\"1\\\"}\"}",
	"{policy:{\"Version\":\"1\"}}"},
    {"no JSON", "{\"a\":\"{password: x}\"}", "{a:{password: x}}"},
    {"aws keys side by side",
	"{\"id\":\"AKIAQYLPMN5HHHFPZAM2\",\"other\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ3e9aBcDe\"}",
	"{id:#,other:#}"},
    {"the same text alone", "{\"other\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ3e9aBcDe\"}",
	"{other:wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ3e9aBcDe}"},
    {"service account", "{\"type\":\"service_account\",\"private_key\":\"x\",\"project_id\":\"p\"}",
	"{type:service_account,private_key:#,project_id:p}"},
    {"random under a suspicious name",
	"{\"auth_setting\":\"q7Gk2LpX9vTzR4mWc8Nb1YfH\",\"setting\":\"q7Gk2LpX9vTzR4mWc8Nb1YfH\"}",
	"{auth_setting:#,setting:q7Gk2LpX9vTzR4mWc8Nb1YfH}"},
    {"below a suspicious map", "{\"secrets\":{\"a\":\"q7Gk2LpX9vTzR4mWc8Nb1YfH\",\"b\":\"plain\"}}",
	"{secrets:{a:#,b:#}}"},
    {"user_data by shapes only", "{\"user_data\":\"#!/bin/sh\\nPASSWORD=x\\n\"}",
	"{user_data:#!/bin/sh\nPASSWORD=x\n}"},
    {"a token as a key", "{\"m\":{\"ghp_" A20 "\":\"x\"}}", "{m:#}"},
    {"null and bool", "{\"password\":null,\"secret\":true}", "{password:null,secret:true}"},
};

static void show(struct buf *out, struct value value)
{
	char digits[24];
	struct str number;
	bool is_list = value.kind == VALUE_LIST;

	if (value.kind == VALUE_HIDDEN)
		buf_addc(out, value.as.changed ? '#' : '=');
	else if (value.kind == VALUE_NULL)
		buf_adds(out, "null");
	else if (value.kind == VALUE_BOOL)
		buf_adds(out, value.as.boolean ? "true" : "false");
	else if (value_as_number_text(value, digits, &number))
		buf_add(out, number);
	else if (value.kind == VALUE_STRING)
		buf_add(out, value_text(value));
	if (!is_list && value.kind != VALUE_MAP)
		return;
	buf_adds(out, value.tag == SHOWN_JSON_TEXT ? "$" : "");
	buf_addc(out, is_list ? '[' : '{');
	for (uint32_t i = 0; i < value.len; i++) {
		buf_adds(out, i ? "," : "");
		if (!is_list) {
			buf_add(out, value_text(value.as.entries[i].key));
			buf_addc(out, ':');
		}
		show(out, is_list ? value.as.items[i] : value.as.entries[i].value);
	}
	buf_addc(out, is_list ? ']' : '}');
}

static struct value parse(struct arena *arena, const char *name, const char *json)
{
	struct jsonr reader = {0};
	struct value value = value_null();
	struct err err = {0};

	if (!jsonr_read(arena, str_from(json), &reader, &value, &err))
		fail_msg("%s: %s", name, err.text);
	return value;
}

static struct str redacted(struct arena *arena, const struct detectors *detectors, const char *name,
    const char *before, const char *after, bool is_before)
{
	struct change change = {.has_values = true,
	    .head = {.type = STR("x"), .address = STR("x.y")},
	    .before = before ? parse(arena, name, before) : value_null(),
	    .after = parse(arena, name, after)};
	struct shown_change shown;
	struct err err = {0};
	struct buf buf;

	change.head.action = before ? ACTION_UPDATE : ACTION_CREATE;
	assert_true(redact_change(arena, detectors, &change, &shown, &err));
	buf_init(&buf, arena, SIZE_MAX);
	show(&buf, is_before ? shown.before.value : shown.after.value);
	return buf_str(&buf);
}

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str got =
		    redacted(arena, NULL, values[i].name, NULL, values[i].value, false);

		if (!str_is(got, values[i].want))
			fail_msg("%s: %.*s", values[i].name, STR_ARG(got));
	}
}

static void test_both_sides(void **state)
{
	static const struct {
		const char *name, *before, *after, *want_before, *want_after;
	} rows[] = {
	    {"changed", "{\"password\":\"a\"}", "{\"password\":\"b\"}", "{password:#}",
		"{password:#}"},
	    {"equal", "{\"password\":\"a\"}", "{\"password\":\"a\"}", "{password:=}",
		"{password:=}"},
	    {"comes", "{\"u\":\"http://db/x\"}", "{\"u\":\"http://a:b@db/x\"}", "{u:#}", "{u:#}"},
	    {"items that moved", "{\"e\":[{\"name\":\"TOKEN\",\"value\":\"x\"}]}",
		"{\"e\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"TOKEN\",\"value\":\"x\"}]}",
		"{e:[{name:TOKEN,value:=}]}", "{e:[{name:A,value:1},{name:TOKEN,value:=}]}"},
	    {"JSON text on both", "{\"p\":\"{\\\"password\\\":\\\"a\\\",\\\"b\\\":1}\"}",
		"{\"p\":\"{\\\"password\\\":\\\"a\\\",\\\"b\\\":2}\"}", "{p:${password:=,b:1}}",
		"{p:${password:=,b:2}}"},
	    {"JSON text, a secret comes", "{\"p\":\"{\\\"b\\\":1}\"}",
		"{\"p\":\"{\\\"password\\\":\\\"a\\\",\\\"b\\\":2}\"}", "{p:${b:1}}",
		"{p:${password:#,b:2}}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str before =
		    redacted(arena, NULL, rows[i].name, rows[i].before, rows[i].after, true);
		struct str after =
		    redacted(arena, NULL, rows[i].name, rows[i].before, rows[i].after, false);

		if (!str_is(before, rows[i].want_before) || !str_is(after, rows[i].want_after))
			fail_msg("%s: %.*s -> %.*s", rows[i].name, STR_ARG(before), STR_ARG(after));
	}
}

static void test_off(void **state)
{
	const struct detectors detectors = {.off = UINT32_C(1) << DETECTOR_ATTRIBUTE_NAME};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	assert_true(str_is(redacted(arena, &detectors, "off", NULL,
			       "{\"password\":\"a\",\"name\":\"PASSWORD\",\"value\":\"b\"}", false),
	    "{password:a,name:PASSWORD,value:#}"));
}

/* A text that encodes a secret is one: the diff would decode it. */
static void test_encoded(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str plain = STR("#!/bin/sh\nset -e\ncurl -H 'token: ghp_" A20 "' https://x/y\n");
	struct str open = STR("#!/bin/sh\nset -e\ncurl https://example.com/this/and/that/and/y\n");
	const char *json = str_format(arena, "{\"user_data_base64\":\"%.*s\",\"b\":\"%.*s\"}",
	    STR_ARG(base64_encode(arena, plain)), STR_ARG(base64_encode(arena, open)))
			       .ptr;
	struct str got = redacted(arena, NULL, "encoded", NULL, json, false);

	(void)state;
	assert_true(str_starts(got, STR("{user_data_base64:#,b:IyEv")));
	/* short ones too: echo -n "AKIAQYLPMN5HFIQR7XYA " | base64; an id that could be base64 */
	assert_true(str_is(redacted(arena, NULL, "short", NULL,
			       "{\"a\":\"QUtJQVFZTFBNTjVIRklRUjdYWUEg\",\"b\":\"QUtJQVFZTFBNTjVI\","
			       "\"c\":\"vpcsubnetab12345\"}",
			       false),
	    "{a:#,b:QUtJQVFZTFBNTjVI,c:vpcsubnetab12345}"));
}

/* {"user":"u","password":"hunter2hunter2"}, and the same in JSON; a document without a secret. */
static void test_encoded_json(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str plain = STR("{\"user\":\"u\",\"password\":\"hunter2hunter2\"}");
	struct str open = STR("{\"user\":\"u\",\"group\":\"wheel and others\"}");
	struct str hidden = base64_encode(arena, plain), shown = base64_encode(arena, open);
	struct str token = base64_encode(arena, STR("token: ghp_" A20));
	const char *json = str_format(arena,
	    "{\"a\":\"%.*s\",\"b\":\"%.*s\",\"c\":\"{\\\"data\\\":{\\\"x\\\":\\\"%.*s\\\"}}\"}",
	    STR_ARG(hidden), STR_ARG(shown), STR_ARG(token))
			       .ptr;
	struct str got = redacted(arena, NULL, "encoded JSON", NULL, json, false);

	(void)state;
	assert_true(str_starts(got, STR("{a:#,b:")));
	assert_true(str_contains(got, shown));
	assert_false(str_contains(got, token));
}

/* What Terraform prints of a plan. */
static void test_lines(void **state)
{
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
	    {"created", "      + password = \"Hunter2xyz\"\n", "      + password = (sensitive)\n"},
	    {"both sides", "  ~ api_token = \"old1old\" -> \"new1 \\\"new\"",
		"  ~ api_token = (sensitive) -> (sensitive)"},
	    {"a quoted name", "~ \"DB_PASSWORD\" = \"a b c\" # forces replacement\n",
		"~ \"DB_PASSWORD\" = (sensitive) # forces replacement\n"},
	    {"the value of an environment",
		"  + {\n  + name  = \"DB_PASSWORD\"\n  + value = \"abc\"\n  },\n  + value = "
		"\"abc\"\n",
		"  + {\n  + name  = \"DB_PASSWORD\"\n  + value = (sensitive)\n  },\n  + value = "
		"\"abc\"\n"},
	    {"no end", "password = \"abc", "password = (sensitive)"},
	    {"a reference", "password = \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:x\"",
		"password = \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:x\""},
	    {"not known", "+ password = (known after apply)", "+ password = (known after apply)"},
	    {"another name", "+ password_length = \"12\"\n+ user = \"app\"",
		"+ password_length = \"12\"\n+ user = \"app\""},
	    {"no line of a value", "the password \"abc\" = wrong", "the password \"abc\" = wrong"},
	    {"nothing behind", "password = ", "password = "},
	    {"an empty name", "\"\" = \"password\"", "\"\" = \"password\""},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str got = detectors_hide(arena, NULL, str_from(rows[i].text));

		if (!str_is(got, rows[i].want))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(got));
	}
}

static void test_masks(void **state)
{
	struct regex *regex CLEANUP(regex_free_ptr) = NULL;
	struct regex *slow CLEANUP(regex_free_ptr) = NULL;
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct err err = {0};

	(void)state;
	assert_true(regex_compile_re2(arena, STR("corp-[0-9]+"), &regex, &err));
	struct detectors detectors = {.masks = &regex, .mask_count = 1};
	assert_true(
	    str_is(redacted(arena, &detectors, "masks", NULL,
		       "{\"a\":\"x corp-17 y\",\"b\":\"corp-\",\"c\":\"[\\\"corp-1\\\"]\"}", false),
		"{a:#,b:corp-,c:$[#]}"));
	assert_true(str_is(detectors_hide(arena, &detectors, STR("a corp-1, corp-22!")),
	    "a (sensitive), (sensitive)!"));
	/* a pattern that gives up has not said no */
	assert_true(regex_compile(STR("(a+)+$"), &slow, &err));
	detectors.masks = &slow;
	assert_true(str_is(detectors_hide(arena, &detectors,
			       STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac")),
	    SHOWN_SENSITIVE));
}

static void test_leaks(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct change change = {.has_values = true,
	    .head = {.type = STR("x"), .address = STR("x.y")},
	    .before = value_null(),
	    .after = parse(arena, "leaks",
		"{\"password\":\"by-name-only\",\"a\":[\"ghp_" A20 "\"],"
		"\"c\":\"[{\\\"value\\\":\\\"postgres://a:b@c/\\\"}]\"}")};
	struct leaks leaks = {.arena = arena};
	struct change marked;

	(void)state;
	detectors_mark(arena, NULL, &change, &marked);
	leaks_collect(&leaks, NULL, &marked, false);
	assert_int_equal(leaks.count, 2);
	assert_int_equal(leaks.items[0].detector, DETECTOR_GITHUB);
	assert_true(str_is(leaks.items[0].path, "a[0]"));
	assert_int_equal(leaks.items[1].detector, DETECTOR_URL_PASSWORD);
	assert_true(str_is(leaks.items[1].path, "c[0].value"));
	assert_true(str_is(leaks.items[1].address, "x.y"));
}

static void test_variables(void **state)
{
	static const struct {
		const char *name, *value;
		bool suspect;
	} rows[] = {
	    {"DB_PASSWORD", "hunter2", true},
	    {"TF_VAR_db_password", "hunter2", true},
	    {"TF_VAR_region", "eu-west-1", false},
	    {"CI_JOB_TOKEN", "abcdef", true},
	    {"AWS_SECRET_ACCESS_KEY", "abcdef", true},
	    {"PWD", "/home/Somebody", false},
	    {"SSH_AUTH_SOCK", "/tmp/ssh-1/agent.1", false},
	    {"GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D", true},
	    {"PASSWORD_FILE", "/run/x", false},
	    {"MY_SECRET", "", false},
	    {"HOME", "/root", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (detectors_suspect_variable(str_from(rows[i].name), str_from(rows[i].value)) !=
		    rows[i].suspect)
			fail_msg("%s", rows[i].name);
	}
}

static void test_rows(void **state)
{
	(void)state;
	for (int i = 0; i < DETECTOR_COUNT; i++) {
		enum detector detector = NONE;

		assert_non_null(detector_rows[i].name);
		assert_true(detector_from_str(str_from(detector_rows[i].name), &detector));
		assert_int_equal(detector, i);
		assert_true(strlen(detector_rows[i].help) > 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shapes),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_both_sides),
	    cmocka_unit_test(test_off),
	    cmocka_unit_test(test_encoded),
	    cmocka_unit_test(test_encoded_json),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_masks),
	    cmocka_unit_test(test_leaks),
	    cmocka_unit_test(test_variables),
	    cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("parser/detectors", tests, NULL, NULL);
}
