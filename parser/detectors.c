#include "parser/detectors.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/regex.h"
#include "parser/detectors_parts.h"
#include "parser/redact.h"

/* In order of the enum; docs/report.md lists them from here. */
const struct detector_row detector_rows[DETECTOR_COUNT] = {
    [DETECTOR_PEM] = {"pem_private_key", true, "PEM blocks of private keys"},
    [DETECTOR_AWS_ACCESS_KEY] = {"aws_access_key", true, "AWS access key ids: AKIA..., ASIA..."},
    [DETECTOR_AWS_SECRET_KEY] = {"aws_secret_key", true,
	"AWS secret access keys: by their name in a text, or beside an access key id"},
    [DETECTOR_GCP_SERVICE_ACCOUNT] = {"gcp_service_account", true,
	"`private_key` in the JSON of a Google service account"},
    [DETECTOR_GOOGLE_KEY] = {"google_key", true,
	"Google API keys and OAuth secrets: AIza..., "
	"GOCSPX-..., ya29...."},
    [DETECTOR_AZURE_KEY] = {"azure_key", true,
	"Azure keys in connection strings (AccountKey=, SharedAccessKey=), signed addresses "
	"(sig=)"},
    [DETECTOR_GITHUB] = {"github_token", true,
	"GitHub tokens: ghp_, gho_, ghs_, ghu_, ghr_, "
	"github_pat_"},
    [DETECTOR_GITLAB] = {"gitlab_token", true, "GitLab tokens: glpat-, gldt-, glrt-, glptt-"},
    [DETECTOR_SLACK] = {"slack_token", true,
	"Slack tokens (xoxb- and the like, xapp-), incoming "
	"webhooks"},
    [DETECTOR_NPM] = {"npm_token", true, "npm tokens: npm_"},
    [DETECTOR_PYPI] = {"pypi_token", true, "PyPI tokens: pypi-AgE..."},
    [DETECTOR_STRIPE] = {"stripe_key", true, "Stripe keys: sk_live_, rk_live_, whsec_"},
    [DETECTOR_TERRAFORM_CLOUD] = {"terraform_cloud_token", true,
	"HCP Terraform tokens: "
	"*.atlasv1.*"},
    [DETECTOR_VAULT] = {"vault_token", true, "Vault tokens: hvs., hvb., hvr."},
    [DETECTOR_DIGITALOCEAN] = {"digitalocean_token", true,
	"DigitalOcean tokens: dop_v1_, doo_v1_, "
	"dor_v1_"},
    [DETECTOR_SENDGRID] = {"sendgrid_key", true, "SendGrid keys: SG.*.*"},
    [DETECTOR_TWILIO] = {"twilio_key", true, "Twilio keys: SK and hexadecimal digits"},
    [DETECTOR_JWT] = {"jwt", true, "JSON web tokens: three parts, the first names its algorithm"},
    [DETECTOR_URL_PASSWORD] = {"url_password", true,
	"passwords in addresses: "
	"scheme://user:...@host"},
    [DETECTOR_AUTHORIZATION] = {"authorization", true,
	"values of Authorization headers, Bearer "
	"tokens"},
    [DETECTOR_ATTRIBUTE_NAME] = {"attribute_name", false,
	"what stands under a name such as password, client_secret, api_key, connection_string; "
	"references, ids and names are left alone"},
    [DETECTOR_ENV_VALUE] = {"env_value", false,
	"`value` beside a `name` or `key` of that kind, as in container environments"},
    [DETECTOR_ENTROPY] = {"entropy", false,
	"random-looking text under a name that is merely suspicious"},
};

const char *detector_name(enum detector detector)
{
	return detector == DETECTOR_MASK ? "mask" : detector_rows[detector].name;
}

bool detector_from_str(struct str name, enum detector *out)
{
	for (int i = 0; i < DETECTOR_COUNT; i++) {
		if (str_is(name, detector_rows[i].name)) {
			*out = (enum detector)i;
			return true;
		}
	}
	return false;
}

bool detectors_find(
    const struct detectors *detectors, struct str text, size_t start, struct detection *out)
{
	return shape_find(detectors, text, start, out);
}

static struct str hide_shapes(
    struct arena *arena, const struct detectors *detectors, struct str text)
{
	struct detection found;
	struct buf buf;
	size_t done = 0;

	if (!shape_find(detectors, text, 0, &found))
		return text;
	buf_init(&buf, arena, SIZE_MAX);
	do {
		buf_add(&buf, str_from_to(text, done, found.from));
		buf_adds(&buf, SHOWN_SENSITIVE);
		done = found.to;
	} while (shape_find(detectors, text, done, &found));
	buf_add(&buf, str_skip(text, done));
	return buf_str(&buf);
}

/* A pattern that gives up, or text that is no UTF-8: nobody knows what stands there. */
static struct str hide_pattern(struct arena *arena, const struct regex *pattern, struct str text)
{
	struct regex_match match;
	struct err err = {0};
	struct buf buf;
	size_t done = 0, at = 0;

	buf_init(&buf, arena, SIZE_MAX);
	for (;;) {
		if (!regex_find(pattern, arena, text, at, &match, &err))
			return STR(SHOWN_SENSITIVE);
		if (!match.matched)
			break;
		if (match.to == match.from) { /* an empty match is nothing to hide */
			at = match.to + 1;
			while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
				at++;
			continue;
		}
		buf_add(&buf, str_from_to(text, done, match.from));
		buf_adds(&buf, SHOWN_SENSITIVE);
		done = at = match.to;
	}
	if (done == 0)
		return text;
	buf_add(&buf, str_skip(text, done));
	return buf_str(&buf);
}

bool detectors_suspect_variable(struct str name, struct str value)
{
	if (str_is(name, "PWD") || str_is(name, "OLDPWD") || looks_like_reference(value))
		return false;
	switch (name_classify(name)) {
	case NAME_PASSWORD:
	case NAME_SECRET:
		return true;
	case NAME_KEY:
		return looks_like_key(value);
	case NAME_WEAK:
		return looks_random(value);
	case NAME_PLAIN:
		break;
	}
	return false;
}

struct str detectors_hide(struct arena *arena, const struct detectors *detectors, struct str text)
{
	text = hide_named(arena, detectors, hide_shapes(arena, detectors, text));
	for (size_t i = 0; text.len > 0 && detectors && i < detectors->mask_count; i++)
		text = hide_pattern(arena, detectors->masks[i], text);
	return text;
}
