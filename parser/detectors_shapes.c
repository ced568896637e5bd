#include "parser/detectors_parts.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/size.h"

enum chars {
	LOWER_HEX = 1 << 0,
	UPPER_DIGIT = 1 << 1,
	ALNUM = 1 << 2,
	WORD = 1 << 3,	  /* ALNUM and _ */
	URL64 = 1 << 4,	  /* WORD and - */
	BASE64 = 1 << 5,  /* ALNUM, +, /, = */
	BEARER = 1 << 6,  /* what RFC 6750 allows */
	PERCENT = 1 << 7, /* a query's value */
};

#define DIGIT_BITS (UPPER_DIGIT | ALNUM | WORD | URL64 | BASE64 | BEARER | PERCENT | LOWER_HEX)
#define UPPER_BITS (UPPER_DIGIT | ALNUM | WORD | URL64 | BASE64 | BEARER | PERCENT)
#define LOWER_BITS (ALNUM | WORD | URL64 | BASE64 | BEARER | PERCENT)

/* clang-format off */
#define X4(a, b, c, d, bits) [a] = (bits), [b] = (bits), [c] = (bits), [d] = (bits)
static const uint8_t char_bits[256] = {
    X4('0', '1', '2', '3', DIGIT_BITS), X4('4', '5', '6', '7', DIGIT_BITS),
    ['8'] = DIGIT_BITS, ['9'] = DIGIT_BITS,
    X4('A', 'B', 'C', 'D', UPPER_BITS), X4('E', 'F', 'G', 'H', UPPER_BITS),
    X4('I', 'J', 'K', 'L', UPPER_BITS), X4('M', 'N', 'O', 'P', UPPER_BITS),
    X4('Q', 'R', 'S', 'T', UPPER_BITS), X4('U', 'V', 'W', 'X', UPPER_BITS),
    ['Y'] = UPPER_BITS, ['Z'] = UPPER_BITS,
    X4('a', 'b', 'c', 'd', LOWER_BITS | LOWER_HEX),
    ['e'] = LOWER_BITS | LOWER_HEX, ['f'] = LOWER_BITS | LOWER_HEX,
    X4('g', 'h', 'i', 'j', LOWER_BITS), X4('k', 'l', 'm', 'n', LOWER_BITS),
    X4('o', 'p', 'q', 'r', LOWER_BITS), X4('s', 't', 'u', 'v', LOWER_BITS),
    X4('w', 'x', 'y', 'z', LOWER_BITS),
    ['_'] = WORD | URL64 | BEARER | PERCENT, ['-'] = URL64 | BEARER | PERCENT,
    ['+'] = BASE64 | BEARER | PERCENT, ['/'] = BASE64 | BEARER | PERCENT,
    ['='] = BASE64 | BEARER, ['.'] = BEARER | PERCENT, ['~'] = BEARER | PERCENT,
    ['%'] = PERCENT,
};
/* clang-format on */

struct shape;

/* `at` is the end of the prefix. Sets *from (the prefix's beginning so far) and *to. */
typedef bool shape_match(
    const struct shape *shape, struct str text, size_t at, size_t *from, size_t *to);

struct shape {
	const char *prefix;
	uint8_t detector;
	bool anywhere; /* also in the middle of a word */
	uint8_t chars; /* what follows the prefix ... */
	uint8_t least; /* ... and how many of it there are at least */
	shape_match *match;
};

static size_t run_end(struct str text, size_t at, uint8_t chars)
{
	while (at < text.len && (char_bits[(unsigned char)text.ptr[at]] & chars))
		at++;
	return at;
}

static bool starts_at(struct str text, size_t at, struct str what)
{
	return str_starts(str_skip(text, at), what);
}

static bool match_run(
    const struct shape *shape, struct str text, size_t at, size_t *from UNUSED, size_t *to)
{
	*to = run_end(text, at, shape->chars);
	return *to - at >= shape->least;
}

/* AWS prints one in its documentation; everybody copies it. */
static bool match_aws(
    const struct shape *shape, struct str text, size_t at, size_t *from, size_t *to)
{
	return match_run(shape, text, at, from, to) &&
	       !str_ends(str_from_to(text, 0, *to), STR("EXAMPLE"));
}

/* A private key. Certificates and public keys are no secrets. */
static bool match_pem(
    const struct shape *shape UNUSED, struct str text, size_t at, size_t *from UNUSED, size_t *to)
{
	struct str rest = str_skip(text, at), label;
	size_t end, tail;

	if (!str_find(rest, STR("-----"), &end) || end > 64)
		return false;
	label = str_from_to(rest, 0, end);
	if (!str_contains(label, STR("PRIVATE KEY")))
		return false;
	rest = str_skip(rest, end + 5);
	*to = text.len;
	/* another's END may stand in between */
	while (str_find(rest, STR("-----END "), &tail)) {
		rest = str_skip(rest, tail + 9);
		if (!str_eat(&rest, label) || !str_eat(&rest, STR("-----")))
			continue;
		*to = text.len - rest.len;
		break;
	}
	return true;
}

/* name = "value", name: value, "name": "value" */
static bool match_assigned(
    const struct shape *shape, struct str text, size_t at, size_t *from, size_t *to)
{
	size_t gap = at;

	while (gap < text.len && gap - at < 8 && strchr(" \t\"'\\=:>", text.ptr[gap]))
		gap++;
	if (gap == at)
		return false;
	*from = gap;
	*to = run_end(text, gap, shape->chars);
	return *to - gap >= shape->least;
}

/* ?sig=... of a signed address. */
static bool match_signature(
    const struct shape *shape, struct str text, size_t at, size_t *from, size_t *to)
{
	size_t before = *from;

	if (before == 0 || (text.ptr[before - 1] != '&' && text.ptr[before - 1] != '?'))
		return false;
	*from = at;
	return match_run(shape, text, at, from, to);
}

/* <10 and more>.atlasv1.<20 and more> */
static bool match_atlas(
    const struct shape *shape, struct str text, size_t at, size_t *from, size_t *to)
{
	size_t begin = *from;

	while (begin > 0 && (char_bits[(unsigned char)text.ptr[begin - 1]] & ALNUM))
		begin--;
	if (*from - begin < 10)
		return false;
	*from = begin;
	return match_run(shape, text, at, from, to);
}

static bool match_two_parts(
    const struct shape *shape, struct str text, size_t at, size_t *from UNUSED, size_t *to)
{
	size_t first = run_end(text, at, shape->chars);

	if (first - at < shape->least || first >= text.len || text.ptr[first] != '.')
		return false;
	*to = run_end(text, first + 1, shape->chars);
	return *to - first > shape->least;
}

#define JWT_HEAD_MAX ((size_t)400) /* characters; whole groups of four */

/* Does this base64url text decode to an object with "alg" in it? */
static bool has_alg(struct str part)
{
	char head[BASE64_BYTES_LEN(JWT_HEAD_MAX)];
	size_t len;

	if (part.len > JWT_HEAD_MAX)
		part.len = JWT_HEAD_MAX;
	part.len -= part.len % 4 == 1; /* a digit alone is no byte */
	if (!base64_read(part, BASE64_URL, head, &len))
		return false;
	return str_contains((struct str){head, len}, STR("\"alg\""));
}

/* Three parts; the first is an object that names its algorithm, the last may be empty. */
static bool match_jwt(
    const struct shape *shape, struct str text, size_t at, size_t *from, size_t *to)
{
	size_t first = run_end(text, at, URL64), second;

	*from = at - strlen(shape->prefix);
	if (first >= text.len || text.ptr[first] != '.')
		return false;
	second = run_end(text, first + 1, URL64);
	if (second - first <= shape->least || second >= text.len || text.ptr[second] != '.')
		return false;
	*to = run_end(text, second + 1, URL64);
	return has_alg(str_from_to(text, *from, first));
}

/* What is filled in later, or was masked already. */
static bool is_placeholder(struct str password)
{
	size_t i = 0;

	if (password.len == 0 || strchr("$<{[(%", password.ptr[0]))
		return true;
	while (i < password.len && (password.ptr[i] == '*' || (password.ptr[i] | 0x20) == 'x'))
		i++;
	return i == password.len;
}

/* scheme://user:password@host */
static bool match_url(
    const struct shape *shape UNUSED, struct str text, size_t at, size_t *from, size_t *to)
{
	size_t colon = 0, end = at;

	if (*from == 0 || !(char_bits[(unsigned char)text.ptr[*from - 1]] & ALNUM))
		return false;
	while (end < text.len && (unsigned char)text.ptr[end] > ' ' &&
	       !strchr("/?#\"'`<>\\@", text.ptr[end])) {
		if (text.ptr[end] == ':' && colon == 0)
			colon = end;
		end++;
	}
	if (end >= text.len || text.ptr[end] != '@' || colon == 0)
		return false;
	*from = colon + 1;
	*to = end;
	return !is_placeholder(str_from_to(text, colon + 1, end));
}

/* "Bearer <token>"; a token has digits in it, prose has not. */
static bool match_bearer(
    const struct shape *shape, struct str text, size_t at, size_t *from, size_t *to)
{
	*from = at;
	if (!match_run(shape, text, at, from, to))
		return false;
	for (size_t i = at; i < *to; i++) {
		if (text.ptr[i] >= '0' && text.ptr[i] <= '9')
			return true;
	}
	return false;
}

/* "Authorization: Basic <credentials>" */
static bool match_header(
    const struct shape *shape, struct str text, size_t at, size_t *from, size_t *to)
{
	size_t word;

	while (at < text.len && strchr(" \t\"'\\:=", text.ptr[at]))
		at++;
	word = run_end(text, at, ALNUM);
	if (word == at || word >= text.len || text.ptr[word] != ' ')
		return false;
	*from = word + 1;
	return match_run(shape, text, word + 1, from, to);
}

static const struct shape shapes[] = {
    {"-----BEGIN ", DETECTOR_PEM, true, 0, 0, match_pem},
    {"AKIA", DETECTOR_AWS_ACCESS_KEY, false, UPPER_DIGIT, 12, match_aws},
    {"ASIA", DETECTOR_AWS_ACCESS_KEY, false, UPPER_DIGIT, 12, match_aws},
    {"aws_secret_access_key", DETECTOR_AWS_SECRET_KEY, true, BASE64, 30, match_assigned},
    {"AWS_SECRET_ACCESS_KEY", DETECTOR_AWS_SECRET_KEY, true, BASE64, 30, match_assigned},
    {"AWS_SESSION_TOKEN", DETECTOR_AWS_SECRET_KEY, true, BASE64, 60, match_assigned},
    {"AIza", DETECTOR_GOOGLE_KEY, false, URL64, 30, match_run},
    {"GOCSPX-", DETECTOR_GOOGLE_KEY, false, URL64, 16, match_run},
    {"ya29.", DETECTOR_GOOGLE_KEY, false, URL64, 20, match_run},
    {"AccountKey=", DETECTOR_AZURE_KEY, false, BASE64, 20, match_run},
    {"SharedAccessKey=", DETECTOR_AZURE_KEY, false, BASE64, 20, match_run},
    {"sig=", DETECTOR_AZURE_KEY, false, PERCENT, 30, match_signature},
    {"ghp_", DETECTOR_GITHUB, false, ALNUM, 20, match_run},
    {"gho_", DETECTOR_GITHUB, false, ALNUM, 20, match_run},
    {"ghs_", DETECTOR_GITHUB, false, ALNUM, 20, match_run},
    {"ghu_", DETECTOR_GITHUB, false, ALNUM, 20, match_run},
    {"ghr_", DETECTOR_GITHUB, false, ALNUM, 20, match_run},
    {"github_pat_", DETECTOR_GITHUB, false, WORD, 20, match_run},
    {"glpat-", DETECTOR_GITLAB, false, URL64, 16, match_run},
    {"gldt-", DETECTOR_GITLAB, false, URL64, 16, match_run},
    {"glrt-", DETECTOR_GITLAB, false, URL64, 16, match_run},
    {"glptt-", DETECTOR_GITLAB, false, URL64, 16, match_run},
    {"xoxb-", DETECTOR_SLACK, false, URL64, 10, match_bearer},
    {"xoxp-", DETECTOR_SLACK, false, URL64, 10, match_bearer},
    {"xoxa-", DETECTOR_SLACK, false, URL64, 10, match_bearer},
    {"xoxr-", DETECTOR_SLACK, false, URL64, 10, match_bearer},
    {"xoxs-", DETECTOR_SLACK, false, URL64, 10, match_bearer},
    {"xoxe-", DETECTOR_SLACK, false, URL64, 10, match_bearer},
    {"xoxe.", DETECTOR_SLACK, false, URL64 | BEARER, 10, match_bearer},
    {"xapp-", DETECTOR_SLACK, false, URL64, 20, match_bearer},
    {"hooks.slack.com/services/", DETECTOR_SLACK, true, WORD | BASE64, 16, match_bearer},
    {"npm_", DETECTOR_NPM, false, ALNUM, 24, match_run},
    {"pypi-AgE", DETECTOR_PYPI, false, URL64, 16, match_run},
    {"sk_live_", DETECTOR_STRIPE, false, ALNUM, 10, match_run},
    {"rk_live_", DETECTOR_STRIPE, false, ALNUM, 10, match_run},
    {"whsec_", DETECTOR_STRIPE, false, BASE64, 16, match_run},
    {".atlasv1.", DETECTOR_TERRAFORM_CLOUD, true, ALNUM, 20, match_atlas},
    {"hvs.", DETECTOR_VAULT, false, URL64, 16, match_run},
    {"hvb.", DETECTOR_VAULT, false, URL64, 16, match_run},
    {"hvr.", DETECTOR_VAULT, false, URL64, 16, match_run},
    {"dop_v1_", DETECTOR_DIGITALOCEAN, false, LOWER_HEX, 20, match_run},
    {"doo_v1_", DETECTOR_DIGITALOCEAN, false, LOWER_HEX, 20, match_run},
    {"dor_v1_", DETECTOR_DIGITALOCEAN, false, LOWER_HEX, 20, match_run},
    {"SG.", DETECTOR_SENDGRID, false, URL64, 16, match_two_parts},
    {"SK", DETECTOR_TWILIO, false, LOWER_HEX, 30, match_run},
    {"eyJ", DETECTOR_JWT, false, URL64, 4, match_jwt},
    {"://", DETECTOR_URL_PASSWORD, true, 0, 0, match_url},
    {"Bearer ", DETECTOR_AUTHORIZATION, false, BEARER, 16, match_bearer},
    {"bearer ", DETECTOR_AUTHORIZATION, false, BEARER, 16, match_bearer},
    {"Authorization", DETECTOR_AUTHORIZATION, false, BEARER, 12, match_header},
    {"authorization", DETECTOR_AUTHORIZATION, false, BEARER, 12, match_header},
};

/* Their first two bytes by the first: bit (second & 31). What passes is looked at closely. */
/* clang-format off */
#define BIT(c) (UINT32_C(1) << ((c) & 31))
static const uint32_t pairs[256] = {
    ['-'] = BIT('-'),
    ['.'] = BIT('a'),
    [':'] = BIT('/'),
    ['A'] = BIT('K') | BIT('S') | BIT('W') | BIT('I') | BIT('c') | BIT('u'),
    ['B'] = BIT('e'),
    ['G'] = BIT('O'),
    ['S'] = BIT('h') | BIT('G') | BIT('K'),
    ['a'] = BIT('w') | BIT('u'),
    ['b'] = BIT('e'),
    ['d'] = BIT('o'),
    ['e'] = BIT('y'),
    ['g'] = BIT('h') | BIT('i') | BIT('l'),
    ['h'] = BIT('v') | BIT('o'),
    ['n'] = BIT('p'),
    ['p'] = BIT('y'),
    ['r'] = BIT('k'),
    ['s'] = BIT('i') | BIT('k'),
    ['w'] = BIT('h'),
    ['x'] = BIT('o') | BIT('a'),
    ['y'] = BIT('a'),
};
/* clang-format on */

static bool is_in_word(struct str text, size_t at)
{
	return at > 0 && (char_bits[(unsigned char)text.ptr[at - 1]] & ALNUM);
}

static bool shape_at(
    const struct detectors *detectors, struct str text, size_t at, struct detection *out)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		const struct shape *shape = &shapes[i];
		struct str prefix;
		size_t from = at, to = at;

		if (shape->prefix[0] != text.ptr[at] || shape->prefix[1] != text.ptr[at + 1])
			continue;
		prefix = str_from(shape->prefix);
		if (!starts_at(text, at, prefix) || !detector_is_on(detectors, shape->detector) ||
		    (!shape->anywhere && is_in_word(text, at)) ||
		    !shape->match(shape, text, at + prefix.len, &from, &to))
			continue;
		*out = (struct detection){(enum detector)shape->detector, from, to};
		return true;
	}
	return false;
}

bool shape_find(
    const struct detectors *detectors, struct str text, size_t start, struct detection *out)
{
	if (text.len < SHAPE_MIN || !text_may_hold(text, TEXT_SHAPES))
		return false;
	for (size_t i = start; i + 1 < text.len; i++) {
		unsigned char first = (unsigned char)text.ptr[i];

		if (LIKELY(!(pairs[first] >> (text.ptr[i + 1] & 31) & 1)))
			continue;
		if (shape_at(detectors, text, i, out))
			return true;
	}
	return false;
}
