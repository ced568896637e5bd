/* The official extension for strings, version 4; positions count code points. */
#include "base/buf.h"
#include "base/utf8.h"
#include "policies/cel/cel.h"
#include "policies/cel/functions_format.h"
#include "policies/cel/number.h"
#include "policies/cel/result.h"

/* --- positions --- */

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The byte where code point number `index` begins; the end of the text counts. */
static bool byte_at(struct str text, int64_t index, size_t *out)
{
	size_t at = 0;

	if (index < 0 || (uint64_t)index > text.len)
		return false;
	for (int64_t i = 0; i < index; i++) {
		if (at >= text.len)
			return false;
		at++;
		while (at < text.len && is_continuation(text.ptr[at]))
			at++;
	}
	*out = at;
	return true;
}

static int64_t code_points(struct str text, size_t bytes)
{
	return (int64_t)utf8_count(str_from_to(text, 0, bytes));
}

static struct value index_error(struct cel_run *run)
{
	return cel_fail(run, "index out of range");
}

/* Text functions all look at their receiver once. */
static bool take_text(struct cel_run *run, const char *name, const struct value *args, size_t count,
    struct str *out, struct value *problem)
{
	if (!cel_is_text(args[0])) {
		*problem = cel_no_overload(run, name, args, count);
		return false;
	}
	if (!cel_pay_bytes(run, args[0].len)) {
		*problem = cel_out_of_steps(run);
		return false;
	}
	*out = cel_text(args[0]);
	return true;
}

static struct value char_at(struct cel_run *run, const struct value *args, size_t count)
{
	struct value problem;
	struct str text;
	size_t from, to;
	int64_t index;

	if (!take_text(run, "charAt", args, count, &text, &problem))
		return problem;
	if (!cel_int_argument(args[1], &index))
		return cel_no_overload(run, "charAt", args, count);
	if (!byte_at(text, index, &from))
		return index_error(run);
	to = from;
	if (to < text.len)
		(void)utf8_next(text, &to);
	return value_string(str_from_to(text, from, to));
}

static struct value index_of(struct cel_run *run, const struct value *args, size_t count)
{
	struct value problem;
	struct str text;
	int64_t index = 0;
	size_t from, at;

	if (!take_text(run, "indexOf", args, count, &text, &problem))
		return problem;
	if (!cel_is_text(args[1]) || (count > 2 && !cel_int_argument(args[2], &index)))
		return cel_no_overload(run, "indexOf", args, count);
	if (!byte_at(text, index, &from))
		return index_error(run);
	if (!str_find(str_skip(text, from), cel_text(args[1]), &at))
		return cel_int(-1);
	return cel_int(code_points(text, from + at));
}

/* The last place at or before `most`. */
static bool find_last(struct str text, struct str part, size_t most, size_t *out)
{
	if (part.len > text.len)
		return false;
	if (most > text.len - part.len)
		most = text.len - part.len;
	for (size_t at = most + 1; at > 0; at--) {
		if (memcmp(text.ptr + at - 1, part.ptr, part.len) == 0) {
			*out = at - 1;
			return true;
		}
	}
	return false;
}

static struct value last_index_of(struct cel_run *run, const struct value *args, size_t count)
{
	struct value problem;
	struct str text;
	int64_t index;
	size_t most, at;

	if (!take_text(run, "lastIndexOf", args, count, &text, &problem))
		return problem;
	if (!cel_is_text(args[1]) || (count > 2 && !cel_int_argument(args[2], &index)))
		return cel_no_overload(run, "lastIndexOf", args, count);
	most = text.len;
	if (count > 2 && !byte_at(text, index, &most))
		return index_error(run);
	/* At worst each place is compared with all of the part. */
	if (!cel_pay_bytes(run, text.len) || !cel_pay(run, (size_t)text.len / CEL_BYTES_PER_STEP *
							       (args[1].len / CEL_BYTES_PER_STEP)))
		return cel_out_of_steps(run);
	return find_last(text, cel_text(args[1]), most, &at) ? cel_int(code_points(text, at))
							     : cel_int(-1);
}

static struct value substring(struct cel_run *run, const struct value *args, size_t count)
{
	struct value problem;
	struct str text;
	int64_t start, end = 0;
	size_t from, to;

	if (!take_text(run, "substring", args, count, &text, &problem))
		return problem;
	if (!cel_int_argument(args[1], &start) || (count > 2 && !cel_int_argument(args[2], &end)))
		return cel_no_overload(run, "substring", args, count);
	to = text.len;
	if (!byte_at(text, start, &from) || (count > 2 && !byte_at(text, end, &to)))
		return index_error(run);
	if (from > to)
		return cel_fail(run, "invalid range of a substring: the end is before the start");
	return value_string(str_from_to(text, from, to));
}

/* --- changed copies --- */

/* One of the 26 letters that begin at `first`. */
static inline bool is_letter_from(char c, char first)
{
	return (unsigned char)(c - first) < 26;
}

static struct value map_ascii(
    struct cel_run *run, const char *name, const struct value *args, char first)
{
	struct value problem;
	struct str text;
	size_t at = 0;
	char *copy;

	if (!take_text(run, name, args, 1, &text, &problem))
		return problem;
	while (at < text.len && !is_letter_from(text.ptr[at], first))
		at++;
	if (at == text.len)
		return value_string(text);
	copy = cel_alloc(run, text.len);
	if (!copy)
		return cel_out_of_memory(run);
	for (size_t i = 0; i < text.len; i++)
		copy[i] = (char)(text.ptr[i] ^ (is_letter_from(text.ptr[i], first) ? 0x20 : 0));
	return value_string((struct str){copy, text.len});
}

static struct value lower_ascii(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return map_ascii(run, "lowerAscii", args, 'A');
}

static struct value upper_ascii(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return map_ascii(run, "upperAscii", args, 'a');
}

static struct value reverse(struct cel_run *run, const struct value *args, size_t count)
{
	struct value problem;
	struct str text;
	char *copy;

	if (!take_text(run, "reverse", args, count, &text, &problem))
		return problem;
	copy = cel_alloc(run, text.len);
	if (!copy)
		return cel_out_of_memory(run);
	for (size_t at = 0; at < text.len;) {
		size_t from = at;

		(void)utf8_next(text, &at);
		memcpy(copy + text.len - at, text.ptr + from, at - from);
	}
	return value_string((struct str){copy, text.len});
}

/* White_Space of Unicode */
static bool is_space(uint32_t code)
{
	return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 || code == 0xa0 ||
	       code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
	       code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

static struct value trim(struct cel_run *run, const struct value *args, size_t count)
{
	size_t from = 0, to = 0;
	bool started = false;
	struct value problem;
	struct str text;

	if (!take_text(run, "trim", args, count, &text, &problem))
		return problem;
	for (size_t at = 0; at < text.len;) {
		size_t before = at;

		if (is_space(utf8_next(text, &at)))
			continue;
		if (!started)
			from = before;
		started = true;
		to = at;
	}
	return value_string(str_from_to(text, from, to));
}

/* --- parts --- */

/* -1 for the limit: all. */
static bool take_limit(const struct value *args, size_t count, size_t at, int64_t *limit)
{
	*limit = -1;
	return count <= at || cel_int_argument(args[at], limit);
}

/* The next place of the part, which may be empty: then between any two characters. */
static bool next_place(struct str text, struct str part, size_t from, size_t *out)
{
	if (part.len > 0) {
		bool found = str_find(str_skip(text, from), part, out);

		*out += from;
		return found;
	}
	*out = from;
	if (from >= text.len)
		return false;
	(void)utf8_next(text, out);
	return *out < text.len;
}

static size_t count_places(struct str text, struct str part, int64_t limit)
{
	size_t places = 0, from = 0, at = 0;

	while (limit != 0 && next_place(text, part, from, &at)) {
		from = at + part.len;
		places++;
		if (limit > 0)
			limit--;
	}
	return places;
}

static struct value split(struct cel_run *run, const struct value *args, size_t count)
{
	struct str text, part;
	struct value problem, *items;
	size_t pieces, from = 0, at = 0;
	int64_t limit;

	if (!take_text(run, "split", args, count, &text, &problem))
		return problem;
	if (!cel_is_text(args[1]) || !take_limit(args, count, 2, &limit))
		return cel_no_overload(run, "split", args, count);
	part = cel_text(args[1]);
	if (limit == 0 || (text.len == 0 && part.len == 0))
		return cel_list(NULL, 0);
	pieces = count_places(text, part, limit < 0 ? -1 : limit - 1) + 1;
	items = cel_alloc_values(run, pieces);
	if (!items)
		return cel_out_of_memory(run);
	if (!cel_pay(run, pieces))
		return cel_out_of_steps(run);
	for (size_t i = 0; i + 1 < pieces && next_place(text, part, from, &at); i++) {
		items[i] = value_string(str_from_to(text, from, at));
		from = at + part.len;
	}
	items[pieces - 1] = value_string(str_skip(text, from));
	return cel_list(items, pieces);
}

static void append(char **to, struct str text)
{
	memcpy(*to, text.ptr, text.len);
	*to += text.len;
}

/* An empty part stands before, between and after all characters. */
static struct value replace_empty(
    struct cel_run *run, struct str text, struct str with, int64_t limit)
{
	size_t places = utf8_count(text) + 1, at = 0;
	char *copy, *end;

	if (limit >= 0 && (uint64_t)limit < places)
		places = (size_t)limit;
	if (with.len > 0 && places > CEL_ARENA / with.len)
		return cel_out_of_memory(run);
	end = copy = cel_alloc(run, text.len + places * with.len);
	if (!copy)
		return cel_out_of_memory(run);
	for (size_t i = 0; i < places; i++) {
		size_t from = at;

		append(&end, with);
		if (at < text.len)
			(void)utf8_next(text, &at);
		append(&end, str_from_to(text, from, at));
	}
	append(&end, str_skip(text, at));
	return value_string((struct str){copy, (size_t)(end - copy)});
}

static struct value replace_all(
    struct cel_run *run, struct str text, struct str part, struct str with, int64_t limit)
{
	size_t places = count_places(text, part, limit), from = 0, at = 0, len;
	char *copy, *end;

	if (with.len > 0 && places > CEL_ARENA / with.len)
		return cel_out_of_memory(run);
	len = text.len - places * part.len + places * with.len;
	if (!cel_pay_bytes(run, len))
		return cel_out_of_steps(run);
	end = copy = cel_alloc(run, len);
	if (!copy)
		return cel_out_of_memory(run);
	for (size_t i = 0; i < places && next_place(text, part, from, &at); i++) {
		append(&end, str_from_to(text, from, at));
		append(&end, with);
		from = at + part.len;
	}
	append(&end, str_skip(text, from));
	return value_string((struct str){copy, len});
}

static struct value replace(struct cel_run *run, const struct value *args, size_t count)
{
	struct value problem;
	struct str text;
	int64_t limit;

	if (!take_text(run, "replace", args, count, &text, &problem))
		return problem;
	if (!cel_is_text(args[1]) || !cel_is_text(args[2]) || !take_limit(args, count, 3, &limit))
		return cel_no_overload(run, "replace", args, count);
	if (limit == 0)
		return args[0];
	if (args[1].len == 0)
		return replace_empty(run, text, cel_text(args[2]), limit);
	return replace_all(run, text, cel_text(args[1]), cel_text(args[2]), limit);
}

/* --- join --- */

/* False: not all are strings. */
static bool joined_length(struct value list, struct str separator, size_t *out)
{
	*out = list.len > 0 ? separator.len * (list.len - 1) : 0;
	for (size_t i = 0; i < list.len; i++) {
		if (!cel_is_text(list.as.items[i]))
			return false;
		*out += list.as.items[i].len;
	}
	return true;
}

static struct value join(struct cel_run *run, const struct value *args, size_t count)
{
	struct value list = args[0];
	struct str separator = STR_EMPTY;
	char *text, *end;
	size_t len;

	if (list.kind != VALUE_LIST || (count > 1 && !cel_is_text(args[1])))
		return cel_no_overload(run, "join", args, count);
	if (count > 1)
		separator = cel_text(args[1]);
	if (!joined_length(list, separator, &len))
		return cel_fail(run, "no such overload: join() of a list with other than strings");
	if (!cel_pay(run, list.len) || !cel_pay_bytes(run, len))
		return cel_out_of_steps(run);
	end = text = cel_alloc(run, len);
	if (!text)
		return cel_out_of_memory(run);
	for (size_t i = 0; i < list.len; i++) {
		if (i > 0)
			append(&end, separator);
		append(&end, cel_text(list.as.items[i]));
	}
	return value_string((struct str){text, len});
}

/* --- quote --- */

static void add_quoted(struct buf *buf, uint32_t code)
{
	static const char controls[] = "\a\b\t\n\v\f\r", letters[] = "abtnvfr";
	const char *found = code < 0x20 && code > 0 ? strchr(controls, (int)code) : NULL;
	char text[4];

	if (found) {
		buf_addc(buf, '\\');
		buf_addc(buf, letters[found - controls]);
		return;
	}
	if (code == '"' || code == '\\')
		buf_addc(buf, '\\');
	buf_add(buf, (struct str){text, utf8_encode(code, text)});
}

static struct value quote(struct cel_run *run, const struct value *args, size_t count)
{
	struct value problem;
	struct str text;
	struct buf buf;

	if (!take_text(run, "strings.quote", args, count, &text, &problem))
		return problem;
	buf_init(&buf, cel_arena(run), CEL_ARENA);
	buf_addc(&buf, '"');
	for (size_t at = 0; at < text.len;)
		add_quoted(&buf, utf8_next(text, &at));
	buf_addc(&buf, '"');
	return buf.overflow ? cel_out_of_memory(run) : value_string(buf_str(&buf));
}

const struct cel_function cel_string_functions[] = {
    {"charAt", CEL_METHOD | CEL_REWRITES, 2, 2, char_at, "string.charAt(int) -> string",
	"the character at a position (from 0); empty at the end", "'héllo'.charAt(1) == 'é'"},
    {"indexOf", CEL_METHOD, 2, 3, index_of,
	"string.indexOf(string) -> int; string.indexOf(string, int) -> int",
	"the first position of a text, from a position on; -1 when it is not there",
	"'a/b/c'.indexOf('/', 2) == 3"},
    {"lastIndexOf", CEL_METHOD, 2, 3, last_index_of,
	"string.lastIndexOf(string) -> int; string.lastIndexOf(string, int) -> int",
	"the last position of a text, at or before a position; -1 when it is not there",
	"'a/b/c'.lastIndexOf('/') == 3"},
    {"join", CEL_METHOD, 1, 2, join, "list.join() -> string; list.join(string) -> string",
	"the strings of a list, with a separator between them", "['a', 'b'].join('-') == 'a-b'"},
    {"lowerAscii", CEL_METHOD | CEL_REWRITES, 1, 1, lower_ascii, "string.lowerAscii() -> string",
	"A to Z become lower case", "'TLS'.lowerAscii() == 'tls'"},
    {"upperAscii", CEL_METHOD | CEL_REWRITES, 1, 1, upper_ascii, "string.upperAscii() -> string",
	"a to z become upper case", "'tls'.upperAscii() == 'TLS'"},
    {"replace", CEL_METHOD | CEL_REWRITES, 3, 4, replace,
	"string.replace(string, string) -> string; string.replace(string, string, int) -> string",
	"another text in the place of one; the number limits how often",
	"'a.b.c'.replace('.', '-', 1) == 'a-b.c'"},
    {"split", CEL_METHOD | CEL_REWRITES, 2, 3, split,
	"string.split(string) -> list; string.split(string, int) -> list",
	"the parts between separators; the number limits how many parts",
	"'a,b,c'.split(',', 2) == ['a', 'b,c']"},
    {"substring", CEL_METHOD | CEL_REWRITES, 2, 3, substring,
	"string.substring(int) -> string; string.substring(int, int) -> string",
	"from a position to the end, or to before another position",
	"'tacocat'.substring(0, 4) == 'taco'"},
    {"trim", CEL_METHOD | CEL_REWRITES, 1, 1, trim, "string.trim() -> string",
	"without white space (of Unicode) at both ends", "' x\\n'.trim() == 'x'"},
    {"reverse", CEL_METHOD | CEL_REWRITES, 1, 1, reverse, "string.reverse() -> string",
	"the characters from the last to the first", "'abc'.reverse() == 'cba'"},
    {"strings.quote", CEL_GLOBAL | CEL_REWRITES, 1, 1, quote, "strings.quote(string) -> string",
	"in double quotes, with escapes, safe to print", "strings.quote('a\"b') == '\"a\\\\\"b\"'"},
    {"format", CEL_METHOD | CEL_REWRITES, 2, 2, cel_format, "string.format(list) -> string",
	"the text with %s, %d, %f, %e, %x, %X, %o and %b in the place of the values of the list",
	"'%s: %d of %.1f'.format(['a', 3, 4.25]) == 'a: 3 of 4.2'"},
    CEL_FUNCTIONS_END,
};
