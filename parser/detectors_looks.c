#include "parser/detectors_parts.h"

#include <math.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/utf8.h"

#define ENCODED_MIN	((size_t)16)
#define ENCODED_IN_JSON ((size_t)24) /* the shortest that is looked for inside of JSON */
#define ENCODED_LONG	((size_t)64) /* shorter: what the diff would show decoded */
#define RANDOM_MIN	((size_t)20)
#define RANDOM_MAX	((size_t)4096)
/* Bits a character: prose and names have about 3.5 at these lengths, base64 over 4. */
#define RANDOM_BITS	3.9
#define RANDOM_HEX_BITS 3.0

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_uuid(struct str text)
{
	if (text.len != 36)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text.ptr[i] != '-' : !is_hex(text.ptr[i]))
			return false;
	}
	return true;
}

/* Where the value stands is elsewhere. */
static const char *const reference_beginnings[] = {"arn:", "${", "{{", "$(", "#{", "<",
    "vault:", "ssm:", "ssm://", "secretsmanager:", "awssm:", "asm://", "sm://", "gcpsm:", "op://",
    "ref+", "env:", "file:", "file://", "valueFrom", "@Microsoft.KeyVault(",
    "keyvault:", "projects/", "secret://", "secrets/", "secret/", "/aws/reference/",
    "data:", "bws:", "doppler:", "http://", "https://", "crn:", "urn:", "ocid1.", "(sensitive",
    "(known after", "%{", NULL};

/* Words of settings, not of secrets. */
static const char *const plain_words[] = {"true", "false", "null", "none", "nil", "yes", "no", "on",
    "off", "required", "optional", "enabled", "disabled", "default", "auto", "always", "never", "*",
    "-", "redacted", "masked", "hidden", "sensitive", "changeit-not-set", NULL};

static bool is_listed(struct str text, const char *const *words)
{
	for (; *words; words++) {
		if (str_eq_nocase(text, str_from(*words)))
			return true;
	}
	return false;
}

/* "/prod/db/password": a parameter's name; "/app". */
static bool is_path(struct str text)
{
	size_t slashes = 0;
	bool strange = false;

	if (text.ptr[0] != '/')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		slashes += c == '/';
		strange = strange || !((c >= 'a' && c <= 'z') || c == '/' || c == '-' || c == '_');
		if (c == '+' || c == '=' || c == ' ')
			return false;
	}
	return slashes >= 2 || !strange;
}

/* "********", "xxxx", "[REDACTED]" */
static bool is_masked(struct str text)
{
	size_t same = 1;

	while (same < text.len && text.ptr[same] == text.ptr[0])
		same++;
	if (same == text.len && same > 2 && strchr("*xX.#-", text.ptr[0]))
		return true;
	return text.ptr[0] == '[' && text.ptr[text.len - 1] == ']' && text.len < 32;
}

bool looks_like_reference(struct str text)
{
	if (text.len == 0 || is_listed(text, plain_words) || is_path(text) || is_masked(text))
		return true;
	for (const char *const *at = reference_beginnings; *at; at++) {
		if (str_starts(text, str_from(*at)))
			return true;
	}
	return false;
}

/* What kinds of characters a text is made of. */
struct looks {
	bool lower, upper, digit, all_hex, other;
	size_t dashes; /* between words: - . _ : / */
	double bits;   /* of entropy, a character */
};

static double entropy(struct str text)
{
	unsigned counts[256] = {0};
	double bits = 0;

	for (size_t i = 0; i < text.len; i++)
		counts[(unsigned char)text.ptr[i]]++;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		double share = (double)counts[i] / (double)text.len;

		if (counts[i] > 0)
			bits -= share * log2(share);
	}
	return bits;
}

static struct looks look_at(struct str text)
{
	struct looks looks = {.all_hex = true, .bits = entropy(text)};

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		looks.all_hex = looks.all_hex && is_hex(c);
		if (c >= 'a' && c <= 'z')
			looks.lower = true;
		else if (c >= 'A' && c <= 'Z')
			looks.upper = true;
		else if (c >= '0' && c <= '9')
			looks.digit = true;
		else if (c && strchr("-._:/", c))
			looks.dashes++;
		else if (c && !strchr("+=~!@#$%^&*", c))
			looks.other = true;
	}
	return looks;
}

bool looks_like_key(struct str text)
{
	struct looks looks;

	(void)str_eat(&text, STR("Basic "));
	if (text.len < 12 || text.len > RANDOM_MAX || looks_like_reference(text) || is_uuid(text))
		return false;
	looks = look_at(text);
	return !looks.other && looks.digit && (looks.lower || looks.upper) && looks.dashes <= 2 &&
	       looks.bits >= 3.0;
}

bool looks_random(struct str text)
{
	struct looks looks;

	if (text.len < RANDOM_MIN || text.len > RANDOM_MAX || looks_like_reference(text) ||
	    is_uuid(text))
		return false;
	looks = look_at(text);
	if (looks.other || !looks.digit || looks.dashes > 2)
		return false;
	if (looks.all_hex)
		return text.len >= 32 && looks.bits >= RANDOM_HEX_BITS;
	return looks.lower && looks.upper && looks.bits >= RANDOM_BITS;
}

/* Beside an access key: 40 characters of base64. */
bool looks_like_aws_secret(struct str text)
{
	if (text.len < 36 || text.len > 64)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c == '/' || c == '+';

		if (!fine)
			return false;
	}
	return look_at(text).bits >= RANDOM_BITS;
}

/* A line end every so many characters is usual. */
bool looks_like_base64(struct str text)
{
	bool is_long = text.len >= ENCODED_LONG;

	if (text.len < ENCODED_MIN || (!is_long && text.len % 4 != 0))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (base64_digit(c, BASE64_EITHER) < 0 && c != '\n' && c != '\r' && c != '=')
			return false;
		if (!is_long && (c == '-' || c == '_')) /* of names and ids */
			return false;
	}
	return true;
}

static bool is_letter64(char c)
{
	return base64_digit(c, BASE64_EITHER) >= 0 || c == '=';
}

/* A string as long as that has a byte at one of these places. */
bool may_hold_encoded(struct str json)
{
	for (size_t at = ENCODED_IN_JSON; at < json.len; at += ENCODED_IN_JSON) {
		size_t from = at, to = at;

		while (from > 0 && is_letter64(json.ptr[from - 1]))
			from--;
		while (to < json.len && is_letter64(json.ptr[to]))
			to++;
		if (to - from >= ENCODED_IN_JSON && from > 0 && json.ptr[from - 1] == '"' &&
		    to < json.len && json.ptr[to] == '"')
			return true;
		at = to > at ? to : at;
	}
	return false;
}

bool looks_like_encoded_text(struct arena *arena, struct str text, struct str *out)
{
	char *bytes;
	size_t len = 0, digits = 0;
	unsigned bits = 0;

	if (!looks_like_base64(text))
		return false;
	bytes = arena_alloc(arena, text.len);
	for (size_t i = 0; i < text.len; i++) {
		int digit = base64_digit(text.ptr[i], BASE64_EITHER);

		if (digit < 0)
			continue;
		bits = bits << 6 | (unsigned)digit;
		if (digits % 4 > 0)
			bytes[len++] = (char)(bits >> (6 - digits % 4 * 2) & 0xff);
		digits++;
		/* Most of what looks like base64 is none: one look at its beginning tells. */
		if (len == 3 && !utf8_is_valid((struct str){bytes, 1}))
			return false;
	}
	*out = (struct str){bytes, len};
	return utf8_is_valid(*out) && !memchr(bytes, '\0', len);
}
