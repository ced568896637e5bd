#include "cmd/yaml_write.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "parser/redact.h"

#define STEP 2

/* Letters, digits and a few marks, beginning with a letter: nothing that YAML could see more in. */
static bool is_plain(struct str text)
{
	struct value node = value_string(text);

	if (text.len == 0 || text.len > 200)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		bool other = (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '/';

		if (!letter && (i == 0 || !other))
			return false;
	}
	node.tag = YAML_PLAIN;
	return yaml_scalar(node).kind == VALUE_STRING && !str_eq_nocase(text, STR("yes")) &&
	       !str_eq_nocase(text, STR("no")) && !str_eq_nocase(text, STR("on")) &&
	       !str_eq_nocase(text, STR("off"));
}

/* Beyond ASCII: what YAML takes for a line end or for nothing at all is escaped, too. */
static bool is_shown(uint32_t code)
{
	return code >= 0x20 && (code < 0x7f || code > 0x9f) && code != 0x2028 && code != 0x2029 &&
	       code != 0xfeff && (code & 0xfffe) != 0xfffe;
}

static void add_escaped(struct buf *buf, uint32_t code)
{
	static const struct {
		uint32_t code;
		const char *escape;
	} escapes[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"}, {'\r', "\\r"}};
	char bytes[4];

	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		if (code == escapes[i].code) {
			buf_adds(buf, escapes[i].escape);
			return;
		}
	}
	if (!is_shown(code))
		buf_addf(buf, "\\U%08lx", (unsigned long)code);
	else
		buf_add(buf, (struct str){bytes, utf8_encode(code, bytes)});
}

void yaml_add_text(struct buf *buf, struct str text)
{
	if (is_plain(text)) {
		buf_add(buf, text);
		return;
	}
	buf_addc(buf, '"');
	for (size_t at = 0; at < text.len;)
		add_escaped(buf, utf8_next(text, &at));
	buf_addc(buf, '"');
}

static void add_scalar(struct buf *buf, struct value value)
{
	char scratch[24];
	struct str text;

	if (value.kind == VALUE_STRING) {
		yaml_add_text(buf, value_text(value));
	} else if (value_as_number_text(value, scratch, &text)) {
		buf_add(buf, text);
	} else if (value.kind == VALUE_BOOL) {
		buf_adds(buf, value.as.boolean ? "true" : "false");
	} else if (value.kind == VALUE_UNKNOWN) {
		buf_adds(buf, "!unknown");
	} else if (value.kind == VALUE_HIDDEN) {
		buf_adds(buf, "!sensitive \"" SHOWN_SENSITIVE "\"");
	} else {
		buf_adds(buf, "null");
	}
}

static bool is_nested(struct value value)
{
	return (value.kind == VALUE_LIST || value.kind == VALUE_MAP) && value.len > 0;
}

static void add_empty_or_scalar(struct buf *buf, struct value value)
{
	if (value.kind == VALUE_LIST)
		buf_adds(buf, "[]");
	else if (value.kind == VALUE_MAP)
		buf_adds(buf, "{}");
	else
		add_scalar(buf, value);
	buf_addc(buf, '\n');
}

static void add_nested(struct buf *buf, struct value value, size_t indent, bool begun);

/* `begun`: the line is there already, behind the dash of a list. */
// NOLINTNEXTLINE(misc-no-recursion)
static void add_entry(struct buf *buf, const struct value_entry *entry, size_t indent, bool begun)
{
	if (!begun)
		buf_repeat(buf, ' ', indent);
	yaml_add_text(buf, value_text(entry->key));
	buf_addc(buf, ':');
	if (is_nested(entry->value)) {
		buf_addc(buf, '\n');
		add_nested(buf, entry->value, indent + STEP, false);
	} else {
		buf_addc(buf, ' ');
		add_empty_or_scalar(buf, entry->value);
	}
}

// NOLINTNEXTLINE(misc-no-recursion)
static void add_item(struct buf *buf, struct value item, size_t indent, bool begun)
{
	if (!begun)
		buf_repeat(buf, ' ', indent);
	buf_adds(buf, "- ");
	if (is_nested(item))
		add_nested(buf, item, indent + STEP, true);
	else
		add_empty_or_scalar(buf, item);
}

// NOLINTNEXTLINE(misc-no-recursion)
static void add_nested(struct buf *buf, struct value value, size_t indent, bool begun)
{
	for (uint32_t i = 0; i < value.len; i++) {
		if (value.kind == VALUE_MAP)
			add_entry(buf, &value.as.entries[i], indent, begun && i == 0);
		else
			add_item(buf, value.as.items[i], indent, begun && i == 0);
	}
}

void yaml_add_entry(struct buf *buf, struct str key, struct value value, size_t indent)
{
	struct value_entry entry = {value_string(key), value};

	add_entry(buf, &entry, indent, false);
}
