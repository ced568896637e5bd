#include "base/yaml.h"

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"
#include "base/yaml_build.h"
#include "base/yaml_events.h"

#define BOM "\xef\xbb\xbf"

struct yaml_place yaml_place_at(struct str text, size_t at)
{
	struct yaml_place place = {.line = 1};
	size_t line_start = 0;

	for (size_t i = 0; i < at && i < text.len; i++) {
		if (text.ptr[i] != '\n')
			continue;
		place.line++;
		line_start = i + 1;
	}
	if (at > text.len)
		at = text.len;
	place.column = (int)utf8_count(str_from_to(text, line_start, at)) + 1;
	return place;
}

static bool check_text(const char *file, struct str text, struct err *err)
{
	size_t valid = utf8_valid_prefix(text), nul;
	struct yaml_place place;

	if (text.len > YAML_BYTES_MAX)
		return err_set_at(err, ERR_LIMIT, file, 0, 0,
		    "the file has %zu bytes; at most %zu are taken", text.len, YAML_BYTES_MAX);
	/* libfyaml takes it for the end of the file: what follows would be lost without a word */
	if (str_find_char(str_from_to(text, 0, valid), '\0', &nul)) {
		place = yaml_place_at(text, nul);
		return err_set_at(err, ERR_SYNTAX, file, place.line, place.column,
		    "a NUL byte stands here; the file has to be text in UTF-8 (UTF-16 is not "
		    "read)");
	}
	if (valid == text.len)
		return true;
	place = yaml_place_at(text, valid);
	return err_set_at(
	    err, ERR_SYNTAX, file, place.line, place.column, "a byte here is not valid UTF-8");
}

/* Positions are asked for again and again: a walk from the beginning each time would be quadratic.
 */
static void index_lines(struct arena *arena, struct yaml *yaml)
{
	size_t count = 1;
	uint32_t *lines;

	for (size_t i = 0; i < yaml->text.len; i++)
		count += yaml->text.ptr[i] == '\n';
	lines = arena_array(arena, uint32_t, count);
	count = 1;
	for (size_t i = 0; i < yaml->text.len; i++)
		if (yaml->text.ptr[i] == '\n')
			lines[count++] = (uint32_t)i + 1;
	yaml->lines = lines;
	yaml->line_count = count;
}

static struct yaml_place place_of(const struct yaml *yaml, size_t at)
{
	size_t low = 0, high = yaml->line_count;

	if (at > yaml->text.len)
		at = yaml->text.len;
	/* the last line that does not begin behind it */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (yaml->lines[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return (struct yaml_place){
	    .line = (int)low + 1,
	    .column = (int)utf8_count(str_from_to(yaml->text, yaml->lines[low], at)) + 1,
	};
}

bool yaml_read(struct arena *arena, const char *file, struct str text, const struct yaml **out,
    struct err *err)
{
	const struct yaml_read_options plain = {.tags = NULL};

	return yaml_read_with(arena, file, text, &plain, out, err);
}

/* A block of text that is nothing but spaces at the end of the file makes libfyaml decide by bytes
 * that it never set. */
static struct str without_last_spaces(struct str text)
{
	size_t end = text.len;

	while (end > 0 && text.ptr[end - 1] == ' ')
		end--;
	return end == 0 || text.ptr[end - 1] == '\n' ? str_from_to(text, 0, end) : text;
}

bool yaml_read_with(struct arena *arena, const char *file, struct str text,
    const struct yaml_read_options *options, const struct yaml **out, struct err *err)
{
	struct yaml *yaml = arena_make(arena, struct yaml);
	struct yaml_events *events = arena_make(arena, struct yaml_events);

	str_eat(&text, STR(BOM));
	yaml->file = file;
	text = without_last_spaces(text);
	yaml->text = text;
	if (!check_text(file, text, err) ||
	    !yaml_events_read(arena, file, text, options, events, err) ||
	    !yaml_build(arena, events, yaml, err))
		return false;
	index_lines(arena, yaml);
	*out = yaml;
	return true;
}

struct value yaml_root(const struct yaml *yaml)
{
	return yaml->root;
}

const char *yaml_file(const struct yaml *yaml)
{
	return yaml->file;
}

struct str yaml_line(const struct yaml *yaml, int line)
{
	struct str rest, out = STR_EMPTY;

	if (line < 1 || (size_t)line > yaml->line_count)
		return STR_EMPTY;
	rest = str_skip(yaml->text, yaml->lines[line - 1]);
	(void)str_line(&rest, &out);
	return out;
}

size_t yaml_line_indent(struct str line)
{
	size_t count = 0;

	while (count < line.len && line.ptr[count] == ' ')
		count++;
	return count;
}

bool yaml_line_says_nothing(struct str line)
{
	line = str_trim(line);
	return line.len == 0 || line.ptr[0] == '#';
}

/* Byte in the file of a node of the tree. */
static size_t offset_of(const struct yaml *yaml, const struct value *node)
{
	size_t low = 0, high = yaml->span_count;

	if (!node)
		return yaml->root_at;
	/* the last array that does not begin behind the node */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((uintptr_t)yaml->spans[middle].first <= (uintptr_t)node)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || node >= yaml->spans[low - 1].first + yaml->spans[low - 1].count)
		return yaml->root_at;
	return yaml->spans[low - 1].places[node - yaml->spans[low - 1].first];
}

static size_t skip_char(struct str text, size_t at, char c)
{
	while (at < text.len && text.ptr[at] == c)
		at++;
	return at;
}

/* How far the text of a block is indented in the file: by its first line that is not empty. */
static size_t block_indent(struct str file, size_t at, struct str text)
{
	size_t line = at, first = skip_char(file, line, ' '), own;

	while (first < file.len && (file.ptr[first] == '\n' || file.ptr[first] == '\r')) {
		line = first + 1;
		first = skip_char(file, line, ' ');
	}
	own = skip_char(text, 0, '\n');
	own = skip_char(text, own, ' ') - own;
	return first - line > own ? first - line - own : 0;
}

static size_t skip_indent(struct str file, size_t at, size_t indent)
{
	for (size_t i = 0; i < indent && at < file.len && file.ptr[at] == ' '; i++)
		at++;
	return at;
}

static size_t skip_breaks(struct str file, size_t at, size_t indent)
{
	while (at < file.len && (file.ptr[at] == '\n' || file.ptr[at] == '\r'))
		at = skip_indent(file, at + 1, indent);
	return at;
}

/*
 * Walks the text and the file together. A line end of the text is one in the file; a folded text
 * also has a space where the file has a line end, and the file may have line ends that the text
 * lost.
 */
static size_t block_offset(struct str file, size_t start, struct str text, size_t at)
{
	size_t indent = block_indent(file, start, text);
	size_t here = skip_indent(file, start, indent);

	for (size_t i = 0; i < at && here < file.len; i++) {
		bool is_break = file.ptr[here] == '\n' || file.ptr[here] == '\r';

		if (text.ptr[i] == '\n' || (text.ptr[i] == ' ' && is_break)) {
			here += file.ptr[here] == '\r' && here + 1 < file.len;
			here = skip_indent(file, here + 1, indent);
			continue;
		}
		here = skip_breaks(file, here, indent) + 1;
	}
	if (at < text.len && text.ptr[at] != '\n')
		here = skip_breaks(file, here, indent);
	return here;
}

/* A plain or quoted text that stands in one line as it is; with escapes or folding, its beginning.
 */
static size_t inline_offset(struct str file, size_t start, struct str text, size_t at)
{
	struct str rest = str_skip(file, start);

	if (rest.len > 0 && (rest.ptr[0] == '"' || rest.ptr[0] == '\''))
		rest = str_skip(rest, 1);
	if (!str_starts(rest, str_from_to(text, 0, at)))
		return start;
	return (size_t)(rest.ptr - file.ptr) + at;
}

struct yaml_place yaml_text_position(const struct yaml *yaml, const struct value *node, size_t at)
{
	struct value value = node ? *node : yaml->root;
	struct str text = value_text(value);
	size_t offset = offset_of(yaml, node);

	if (at > text.len)
		at = text.len;
	if (value.tag == YAML_BLOCK)
		offset = block_offset(yaml->text, offset, text, at);
	else
		offset = inline_offset(yaml->text, offset, text, at);
	return place_of(yaml, offset);
}

struct yaml_place yaml_position(const struct yaml *yaml, const struct value *node)
{
	const struct value *value = node ? node : &yaml->root;

	/* libfyaml's mark of a block is the line's beginning, before the indentation */
	if (value->kind == VALUE_STRING && value->tag == YAML_BLOCK)
		return yaml_text_position(yaml, node, 0);
	return place_of(yaml, offset_of(yaml, node));
}
