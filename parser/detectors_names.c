/*
 * What a name says of the value under it. A name is a row of words ("dbPassword", "DB_PASSWORD",
 * "db-password", "spring.datasource.password"); the last word says what it is: the name of a secret
 * is no secret.
 */
#include "parser/detectors_parts.h"

#include "base/size.h"

#define WORDS_MAX      12 /* the last ones */
#define WORD_MAX       24
#define NAME_MAX_BYTES 200

struct words {
	char text[WORDS_MAX][WORD_MAX];
	uint8_t len[WORDS_MAX];
	size_t count;
};

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static char lower(char c)
{
	if (is_upper(c))
		return (char)(c - 'A' + 'a');
	return c;
}

/* Where camelCase begins a word: aB, and the B of ABc. */
static bool begins_word(struct str name, size_t i)
{
	if (i == 0 || !is_upper(name.ptr[i]))
		return false;
	if (is_lower_or_digit(name.ptr[i - 1]))
		return true;
	return is_upper(name.ptr[i - 1]) && i + 1 < name.len && name.ptr[i + 1] >= 'a' &&
	       name.ptr[i + 1] <= 'z';
}

static void add_char(struct words *words, char c)
{
	size_t last = words->count - 1;

	if (words->len[last] < WORD_MAX)
		words->text[last][words->len[last]++] = c;
}

static void begin_word(struct words *words)
{
	if (words->count > 0 && words->len[words->count - 1] == 0)
		return;
	if (words->count == WORDS_MAX) {
		memmove(words->text, words->text + 1, sizeof(words->text) - sizeof(words->text[0]));
		memmove(words->len, words->len + 1, WORDS_MAX - 1);
		words->count--;
	}
	words->len[words->count++] = 0;
}

static void split(struct str name, struct words *words)
{
	words->count = 0;
	begin_word(words);
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!is_upper(c) && !is_lower_or_digit(c)) {
			begin_word(words);
			continue;
		}
		if (begins_word(name, i))
			begin_word(words);
		add_char(words, lower(c));
	}
	if (words->len[words->count - 1] == 0)
		words->count--;
}

static struct str word_at(const struct words *words, size_t i)
{
	return (struct str){words->text[i], words->len[i]};
}

/* The lists are gone through for many names: most words differ in their first letter. */
static bool is_one_of(struct str word, const char *const *list)
{
	for (; *list; list++) {
		if (word.ptr[0] == **list && str_is(word, *list))
			return true;
	}
	return false;
}

/* "token2" is a token. */
static struct str without_digits(struct str word)
{
	while (word.len > 1 && word.ptr[word.len - 1] >= '0' && word.ptr[word.len - 1] <= '9')
		word.len--;
	return word;
}

static const char *const password_words[] = {
    "password", "passwords", "passwd", "passphrase", "passcode", "pwd", "pass", "pw", NULL};
static const char *const secret_words[] = {
    "secret", "secrets", "token", "tokens", "credential", "credentials", NULL};
/* Written without anything between the words. */
static const char *const joined_passwords[] = {"password", "passwd", "passphrase", NULL};
static const char *const joined_secrets[] = {"secret", "token", "apikey", "secretkey", "accesskey",
    "privatekey", "authkey", "connectionstring", NULL};

/* After a secret word these say nothing new: "secret_string", "password_wo", "DB_PASSWORD_PROD". */
static const char *const transparent[] = {"string", "strings", "value", "values", "text", "data",
    "binary", "plaintext", "wo", "base64", "b64", "encoded", "plain", "raw", "current", "previous",
    "primary", "secondary", "old", "new", "main", "default", "master", "admin", "base", "prod",
    "production", "dev", "staging", "stage", "test", "qa", "live", "a", "b", "hash", NULL};

/* A secret word that is none after these: "http_tokens", "existing_secret", "next_token". */
struct harmless {
	const char *before, *word;
};

static const struct harmless harmless[] = {
    {"http", "tokens"},
    {"max", "tokens"},
    {"next", "token"},
    {"client", "token"},
    {"request", "token"},
    {"page", "token"},
    {"continuation", "token"},
    {"creation", "token"},
    {"idempotency", "token"},
    {"dkim", "tokens"}, /* for DNS */
    {"verification", "token"},
    {"account", "token"}, /* automount_service_account_token */
    {"existing", "secret"},
    {"pull", "secret"},
    {"pull", "secrets"},
    {"tls", "secret"},
    {"external", "secret"},
    {"external", "secrets"},
};

/* "<word>_key": always a secret, or never. All others: when the value looks like one. */
static const char *const secret_keys[] = {"api", "access", "secret", "private", "account",
    "storage", "signing", "encryption", "auth", "shared", "master", "client", "session", "webhook",
    "license", "deploy", "psk", "preshared", "write", "admin", NULL};
static const char *const plain_keys[] = {"kms", "cmk", "public", "pub", "primary", "partition",
    "sort", "hash", "range", "s3", "object", "source", "foreign", "tag", "label", "map", "topology",
    "cache", "idempotency", "lock", "index", "state", "metadata", "config", "bucket", "file", "ssh",
    "host", "pair", "unique", "resource", "target", "condition", "context", "filter", "query",
    "managed", "kek", "vault", NULL};

/* With one of these in it a name stands for something that everybody may see. */
static const char *const open_words[] = {"public", "pub", "kms", "cmk", "fingerprint", "thumbprint",
    "certificate", "cert", "certs", "sha", "sha1", "sha256", "sha512", "md5", "checksum", "digest",
    "etag", "arn", "arns", NULL};
/* So does a name that ends in one of these. */
static const char *const open_heads[] = {"id", "ids", "name", "names", "ref", "refs", "reference",
    "url", "uri", "urls", "endpoint", "path", "paths", "file", "version", "versions", "pair",
    "type", "policy", "location", "region", "hash", "prefix", "suffix", NULL};

/* Under "secrets" a member whose name ends in one of these says which one it is, where it is, what
 * it is for; all others hold one. */
static const char *const describing[] = {"name", "names", "namespace", "id", "ids", "uuid", "key",
    "keys", "type", "kind", "description", "comment", "note", "label", "labels", "annotations",
    "tags", "metadata", "user", "username", "login", "email", "role", "account", "owner", "subject",
    "issuer", "audience", "scope", "scopes", "realm", "tenant", "client", "project", "domain",
    "host", "hostname", "address", "server", "servers", "port", "ports", "protocol", "scheme",
    "engine", "database", "dbname", "db", "schema", "table", "cluster", "service", "provider",
    "store", "backend", "engines", "mount", "from", "ref", "refs", "source", "selector", "url",
    "uri", "urls", "endpoint", "path", "paths", "file", "dir", "directory", "arn", "arns",
    "version", "versions", "stage", "stages", "revision", "region", "location", "zone", "algorithm",
    "format", "encoding", "mode", "size", "length", "min", "max", "ttl", "expiry", "expiration",
    "expires", "duration", "period", "interval", "schedule", "rotation", "policy", "policies",
    "status", "state", "enabled", "optional", "created", "updated", "date", "time", "timestamp",
    "characters", "charset", "prefix", "suffix", "hash", "fingerprint", "thumbprint", "replica",
    "replication", "method", "flow", "grant", "use", "usage", "usages", "keepers", "triggers",
    "environment", "env", "sid", "effect", "action", "resource", "principal", NULL};

static bool ends_joined(struct str word, const char *const *list)
{
	for (; *list; list++) {
		if (word.len > strlen(*list) && str_ends(word, str_from(*list)))
			return true;
	}
	return false;
}

static bool is_harmless(struct str before, struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(harmless); i++) {
		if (word.ptr[0] == harmless[i].word[0] && str_is(word, harmless[i].word) &&
		    str_is(before, harmless[i].before))
			return true;
	}
	return false;
}

static enum name_class class_of_key(const struct words *words, size_t key)
{
	struct str before;

	if (key == 0)
		return NAME_PLAIN;
	before = word_at(words, key - 1);
	if (is_one_of(before, plain_keys))
		return NAME_PLAIN;
	return is_one_of(before, secret_keys) ? NAME_SECRET : NAME_KEY;
}

/* What the word `i` is, given the one before. */
static enum name_class class_of_word(const struct words *words, size_t i)
{
	struct str word = without_digits(word_at(words, i));
	struct str before = i > 0 ? word_at(words, i - 1) : STR_EMPTY;

	if (is_one_of(word, password_words) || ends_joined(word, joined_passwords))
		return NAME_PASSWORD;
	if (is_harmless(before, word))
		return NAME_PLAIN;
	if (is_one_of(word, secret_words) || ends_joined(word, joined_secrets) ||
	    str_is(word, "apikey"))
		return NAME_SECRET;
	if (str_is(word, "key") || str_is(word, "keys"))
		return class_of_key(words, i);
	if (str_is(word, "authorization")) /* also that of an API: "AWS_IAM" */
		return NAME_KEY;
	if ((str_is(word, "string") || str_is(word, "strings")) && str_is(before, "connection"))
		return NAME_SECRET;
	return NAME_PLAIN;
}

static bool has_any(const struct words *words, const char *const *list)
{
	for (size_t i = 0; i < words->count; i++) {
		if (is_one_of(word_at(words, i), list))
			return true;
	}
	return false;
}

static bool is_weak(const struct words *words)
{
	static const char *const weak[] = {
	    "auth", "key", "keys", "credential", "salt", "seed", "hmac", "signature", NULL};

	if (has_any(words, weak))
		return true;
	for (size_t i = 0; i < words->count; i++) {
		if (class_of_word(words, i) != NAME_PLAIN)
			return true;
	}
	return false;
}

/* Three letters that stand in every word above, so that most names end here. */
static const char *const trigrams[] = {
    "pas", "pwd", "cre", "tok", "key", "aut", "alt", "nne", "eed", "gna", "hma", "pw"};

static bool is_trigram(const char *at, size_t left)
{
	for (size_t i = 0; i < ARRAY_LEN(trigrams); i++) {
		const char *letters = trigrams[i];
		size_t len = 0;

		while (len < left && letters[len] && (at[len] | 0x20) == letters[len])
			len++;
		if (!letters[len])
			return true;
	}
	return false;
}

bool name_may_stand_in(struct str text)
{
	/* clang-format off */
#define BIT(c) (UINT32_C(1) << ((c) & 31))
	static const uint32_t pairs[32] = {
	    ['p' & 31] = BIT('a') | BIT('w'), ['c' & 31] = BIT('r'), ['t' & 31] = BIT('o'),
	    ['k' & 31] = BIT('e'), ['a' & 31] = BIT('u') | BIT('l'), ['n' & 31] = BIT('n'),
	    ['e' & 31] = BIT('e'), ['g' & 31] = BIT('n'), ['h' & 31] = BIT('m'),
	};
	/* clang-format on */

	if (!text_may_hold(text, TEXT_NAMES))
		return false;
	for (size_t i = 0; i + 1 < text.len; i++) {
		if (UNLIKELY(pairs[text.ptr[i] & 31] >> (text.ptr[i + 1] & 31) & 1) &&
		    is_trigram(text.ptr + i, text.len - i))
			return true;
	}
	return false;
}

enum name_class name_classify(struct str name)
{
	struct words words;
	size_t head;

	if (name.len > NAME_MAX_BYTES)
		name = str_skip(name, name.len - NAME_MAX_BYTES);
	if (!text_may_hold(name, TEXT_NAMES) || !name_may_stand_in(name))
		return NAME_PLAIN;
	split(name, &words);
	if (words.count == 0)
		return NAME_PLAIN;
	head = words.count - 1;
	while (head > 0 && class_of_word(&words, head) == NAME_PLAIN &&
	       is_one_of(without_digits(word_at(&words, head)), transparent))
		head--;
	if (has_any(&words, open_words))
		return NAME_PLAIN;
	if (class_of_word(&words, head) != NAME_PLAIN)
		return class_of_word(&words, head);
	if (is_one_of(word_at(&words, words.count - 1), open_heads))
		return NAME_PLAIN;
	return is_weak(&words) ? NAME_WEAK : NAME_PLAIN;
}

static const char *const describing_maps[] = {"metadata", "labels", "annotations", "tags",
    "selector", "keepers", "triggers", "replica", "replication", "rotation", "policy", "policies",
    "schedule", "ref", "refs", "lifecycle", "timeouts", NULL};

bool name_describes(struct str name, bool is_of_map)
{
	struct words words;
	struct str last;

	if (name.len > NAME_MAX_BYTES)
		name = str_skip(name, name.len - NAME_MAX_BYTES);
	split(name, &words);
	if (words.count == 0)
		return false;
	last = without_digits(word_at(&words, words.count - 1));
	if (is_of_map) /* "db" is whose secrets these are */
		return is_one_of(last, describing_maps);
	return has_any(&words, open_words) || is_one_of(last, open_heads) ||
	       is_one_of(last, describing);
}
