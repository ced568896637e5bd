#include "cmd/backend_identity.h"

#include "base/arena.h"
#include "base/buf.h"

#define PARTS_MAX 4

/* How a text is brought into the one form that is compared. */
enum text_kind {
	TEXT_PATH, /* and every other text: a//b/./c/../d -> a/b/d */
	TEXT_FILE, /* a path from the directory of the block */
	TEXT_URL,  /* without scheme, user and default port */
	TEXT_LOGIN /* a URL without its parameters: how to connect, not where the state is */
};

/* One thing that says where the state is. */
struct backend_part {
	const char *name;
	const char *fallback; /* NULL: given elsewhere, when it is not here */
	enum text_kind kind;
	bool is_hint;	       /* compared only where both have it */
	const char *folder;    /* another attribute: the path in which this one is; or NULL */
	const char *in_folder; /* its fallback */
};

struct backend_type {
	const char *name;
	struct backend_part parts[PARTS_MAX];
};

#define NEEDED(NAME)           \
	{                      \
		.name = (NAME) \
	}
#define NEEDED_URL(NAME)                         \
	{                                        \
		.name = (NAME), .kind = TEXT_URL \
	}
#define ELSE(NAME, FALLBACK)                           \
	{                                              \
		.name = (NAME), .fallback = (FALLBACK) \
	}
#define HINT(NAME, KIND)                                        \
	{                                                       \
		.name = (NAME), .kind = (KIND), .is_hint = true \
	}
#define IN(FOLDER, FALLBACK, NAME, ELSE_NAME)                                \
	{                                                                    \
		.name = (NAME), .fallback = (ELSE_NAME), .folder = (FOLDER), \
		.in_folder = (FALLBACK)                                      \
	}

static const struct backend_type types[] = {
    {"artifactory", {NEEDED("repo"), NEEDED("subpath"), HINT("url", TEXT_URL)}},
    {"azurerm", {NEEDED("storage_account_name"), NEEDED("container_name"), NEEDED("key")}},
    {"consul", {NEEDED("path"), HINT("address", TEXT_URL), HINT("datacenter", TEXT_PATH)}},
    {"cos", {NEEDED("bucket"), IN("prefix", "", "key", "terraform.tfstate")}},
    {"etcdv3", {NEEDED("prefix")}},
    {"gcs", {NEEDED("bucket"), ELSE("prefix", "")}},
    {"http", {NEEDED_URL("address")}},
    {"kubernetes", {NEEDED("secret_suffix"), ELSE("namespace", "default"), HINT("host", TEXT_URL),
		       HINT("config_context", TEXT_PATH)}},
    {"local", {{.name = "path", .fallback = "terraform.tfstate", .kind = TEXT_FILE}}},
    {"oci", {NEEDED("bucket"), NEEDED("namespace"), ELSE("key", "terraform.tfstate")}},
    {"oss", {NEEDED("bucket"), IN("prefix", "env:", "key", "terraform.tfstate")}},
    {"pg", {ELSE("schema_name", "terraform_remote_state"), HINT("conn_str", TEXT_LOGIN)}},
    {"remote", {NEEDED("organization"), NEEDED("workspaces.name"),
		   {.name = "hostname", .fallback = "app.terraform.io", .kind = TEXT_URL}}},
    {"s3", {NEEDED("bucket"), NEEDED("key")}},
};

/* `cloud` is what `remote` was called later. */
static struct str type_name(const struct backend_side *side)
{
	if (!side->block)
		return STR("local");
	return str_is(side->block->type, "cloud") ? STR("remote") : side->block->type;
}

static const struct backend_type *find_type(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (str_is(name, types[i].name))
			return &types[i];
	}
	return NULL;
}

/* --- one form --- */

static void remove_last(struct buf *path, size_t from)
{
	size_t len = path->len;

	while (len > from && path->ptr[len - 1] != '/')
		len--;
	buf_rewind(path, len > from ? len - 1 : from);
}

static bool ends_above(const struct buf *path)
{
	return path->len == 0 || str_is(buf_str(path), "..") || str_ends(buf_str(path), STR("/.."));
}

/* "a//b/../C/" -> "a/c"; what leads above the beginning stays. A / at the beginning of a file
 * stays, too. */
static struct str clean(struct arena *arena, struct str text, bool keeps_root)
{
	size_t root = keeps_root && str_starts(text, STR("/")) ? 1 : 0;
	struct buf path;
	struct str part;

	buf_init(&path, arena, text.len + 2);
	if (root > 0)
		buf_addc(&path, '/');
	while (str_split(&text, '/', &part)) {
		bool is_up = str_is(part, "..");

		if (part.len == 0 || str_is(part, "."))
			continue;
		if (is_up && path.len > root && !ends_above(&path)) {
			remove_last(&path, root);
			continue;
		}
		if (path.len > root)
			buf_addc(&path, '/');
		for (size_t i = 0; i < part.len; i++) {
			char c = part.ptr[i];

			buf_addc(&path, (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
		}
	}
	return buf_str(&path);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%70rod" -> "prod" */
static struct str without_percents(struct arena *arena, struct str text)
{
	struct buf buf;

	buf_init(&buf, arena, text.len + 1);
	for (size_t i = 0; i < text.len; i++) {
		int high = text.ptr[i] == '%' && i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(text.ptr[i + 2]) : -1;

		if (low >= 0)
			buf_addc(&buf, (char)(unsigned char)(high * 16 + low));
		else
			buf_addc(&buf, text.ptr[i]);
		i += low >= 0 ? 2 : 0;
	}
	return buf_str(&buf);
}

/* "host:0443" -> "host" */
static struct str without_usual_port(struct str host)
{
	static const char *const usual[] = {"443", "80", "5432"};
	struct str port, name;
	size_t at = host.len;

	while (at > 0 && host.ptr[at - 1] >= '0' && host.ptr[at - 1] <= '9')
		at--;
	if (at == 0 || host.ptr[at - 1] != ':')
		return host;
	port = str_skip(host, at);
	name = str_from_to(host, 0, at - 1);
	while (port.len > 1 && port.ptr[0] == '0')
		port = str_skip(port, 1);
	for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
		if (port.len == 0 || str_is(port, usual[i]))
			return name;
	}
	return host;
}

/* "https://me@Host:443/%61#x" -> "host/a" */
static struct str plain_url(struct arena *arena, struct str url, bool with_parameters)
{
	size_t at, end = 0;
	struct str host;

	if (str_find(url, STR("://"), &at))
		url = str_skip(url, at + 3);
	if (str_find_char(url, '#', &at))
		url.len = at;
	if (!with_parameters && str_find_char(url, '?', &at))
		url.len = at;
	while (end < url.len && url.ptr[end] != '/' && url.ptr[end] != '?')
		end++;
	host = str_from_to(url, 0, end);
	while (str_find_char(host, '@', &at))
		host = str_skip(host, at + 1);
	url = str_format(arena, "%.*s%.*s", STR_ARG(without_usual_port(host)),
	    STR_ARG(without_percents(arena, str_skip(url, end))));
	return clean(arena, url, false);
}

static struct str in_folder(struct arena *arena, struct str folder, struct str text)
{
	struct buf path;

	buf_init(&path, arena, folder.len + text.len + 1);
	buf_add(&path, folder);
	buf_addc(&path, '/');
	buf_add(&path, text);
	return buf_str(&path);
}

static struct str one_form(
    struct arena *arena, struct str text, enum text_kind kind, struct str directory)
{
	if (kind == TEXT_URL || kind == TEXT_LOGIN)
		return plain_url(arena, text, kind == TEXT_URL);
	if (kind == TEXT_FILE && directory.len > 0 && !str_starts(text, STR("/")))
		text = in_folder(arena, directory, text);
	return clean(arena, text, kind == TEXT_FILE);
}

/* --- one part of one block --- */

struct known {
	bool is_there, is_readable;
	struct str text;
};

/* "workspaces.name" is the name in workspaces. */
static const struct value *attribute(const struct value *config, const char *name)
{
	struct str rest = str_from(name), key;
	const struct value *value = config;

	while (value && str_split(&rest, '.', &key))
		value = value_get(*value, key);
	return value;
}

static struct known text_of(
    struct arena *arena, const struct backend_side *side, const char *name, const char *fallback)
{
	const struct value *value = side->block ? attribute(&side->block->config, name) : NULL;
	struct known known = {.is_there = true, .is_readable = true, .text = STR_EMPTY};
	char scratch[24];
	struct str text;

	if (value && value->kind == VALUE_BOOL)
		known.text = value->as.boolean ? STR("true") : STR("false");
	else if (value && value->kind == VALUE_INT && value_as_number_text(*value, scratch, &text))
		known.text = str_copy(arena, text);
	else if (value && value->kind == VALUE_STRING)
		known.text = value_text(*value);
	else if (value && value->kind != VALUE_NULL)
		known.is_readable = false;
	if (known.text.len == 0 && known.is_readable) {
		known.is_there = fallback != NULL;
		known.text = str_from(fallback);
	}
	return known;
}

static struct known part_of(
    struct arena *arena, const struct backend_side *side, const struct backend_part *part)
{
	struct known known = text_of(arena, side, part->name, part->fallback), folder;

	if (part->folder) {
		folder = text_of(arena, side, part->folder, part->in_folder);
		known.is_readable = known.is_readable && folder.is_readable;
		known.text = in_folder(arena, folder.text, known.text);
	}
	if (known.is_there && known.is_readable)
		known.text = one_form(arena, known.text, part->kind, side->directory);
	return known;
}

/* --- two blocks --- */

/* A file of the repository may be named by its path from the root of the machine. */
static bool is_same_text(struct str a, struct str b, enum text_kind kind)
{
	bool from_root = str_starts(a, STR("/"));

	if (str_eq(a, b))
		return true;
	if (kind != TEXT_FILE || from_root == str_starts(b, STR("/")))
		return false;
	return from_root ? str_ends(a, b) && a.ptr[a.len - b.len - 1] == '/'
			 : str_ends(b, a) && b.ptr[b.len - a.len - 1] == '/';
}

static enum backend_match match_part(struct arena *arena, const struct backend_side *side,
    const struct backend_side *base, const struct backend_part *part)
{
	struct known mine = part_of(arena, side, part), theirs = part_of(arena, base, part);

	if (mine.is_readable && mine.is_there && theirs.is_readable && theirs.is_there)
		return is_same_text(mine.text, theirs.text, part->kind) ? BACKEND_SAME
									: BACKEND_DIFFERS;
	if (part->is_hint)
		return BACKEND_SAME;
	return mine.is_readable ? BACKEND_LACKS : BACKEND_OBSCURE;
}

static enum backend_match match_parts(struct arena *arena, const struct backend_side *side,
    const struct backend_side *base, const struct backend_type *type, struct str *doubt)
{
	enum backend_match all = BACKEND_SAME;

	for (size_t i = 0; i < PARTS_MAX && type->parts[i].name; i++) {
		enum backend_match match = match_part(arena, side, base, &type->parts[i]);

		if (match == BACKEND_DIFFERS)
			return BACKEND_DIFFERS;
		/* what nobody can read weighs more than what is not here */
		if (match == BACKEND_SAME || all == BACKEND_OBSCURE || all == match)
			continue;
		all = match;
		*doubt = str_from(type->parts[i].name);
	}
	return all;
}

enum backend_match backend_match(struct arena *arena, const struct backend_side *side,
    const struct backend_side *base, struct str *doubt)
{
	struct str mine = type_name(side), theirs = type_name(base);
	const struct backend_type *type = find_type(mine);

	*doubt = STR_EMPTY;
	/* nobody says where a local state is that has no block: it is its own */
	if (mine.len == 0 && !base->block)
		return BACKEND_DIFFERS;
	if (mine.len == 0 || theirs.len == 0)
		return mine.len == 0 ? BACKEND_OBSCURE : BACKEND_LACKS;
	if (!str_eq(mine, theirs))
		return BACKEND_DIFFERS;
	if (type)
		return match_parts(arena, side, base, type, doubt);
	/* nobody knows this type: all of it says where the state is */
	return value_equal(side->block->config, base->block->config) ? BACKEND_SAME
								     : BACKEND_DIFFERS;
}
