#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/utf8.h"
#include "parser/plan_document.h"
#include "parser/plan_read.h"

#define HEAD_LEN ((size_t)8192)

/* A text has to stand in memory as a whole. */
#define TEXT_MAX ((uint64_t)256 << 20)

struct magic {
	struct str bytes;
	enum input_kind kind;
};

static const struct magic magics[] = {
    {STR_INIT("PK\003\004"), INPUT_SAVED_PLAN},
    {STR_INIT("\037\213"), INPUT_BINARY}, /* gzip */
    {STR_INIT("\177ELF"), INPUT_BINARY},
    {STR_INIT("%PDF"), INPUT_BINARY},
};

static bool is_control(char c)
{
	unsigned char byte = (unsigned char)c;

	/* bell, backspace, tab, line ends and escape stand in the output of terminals */
	return (byte < 0x20 && !(byte >= 7 && byte <= 13) && byte != 0x1b) || byte == 0x7f;
}

/* Text may hold some bytes in an old encoding and a stray NUL; more of that is no text. */
static bool is_binary(struct str head)
{
	size_t strange = 0, at = 0;

	while (at < head.len) {
		size_t before = at;
		size_t valid = utf8_valid_prefix(str_skip(head, at));

		for (size_t i = at; i < at + valid; i++)
			strange += is_control(head.ptr[i]) ? 4 : 0;
		at = before + valid;
		if (at < head.len) {
			strange++;
			at++;
		}
	}
	return strange * 5 > head.len;
}

static bool is_blank(struct str text)
{
	return str_trim(text).len == 0;
}

/* Nothing but white space? Only a long head of it makes this read further. */
NODISCARD static bool find_text(
    const struct input *input, char *block, struct str *head, struct err *err)
{
	uint64_t offset = 0;
	size_t got;

	do {
		if (!input_read_at(input, offset, block, HEAD_LEN, &got, err))
			return false;
		*head = (struct str){block, got};
		offset += got;
	} while (got == HEAD_LEN && is_blank(*head));
	return true;
}

bool plan_detect(const struct input *input, enum input_kind *kind, struct err *err)
{
	struct document document;
	char block[HEAD_LEN];
	struct str head;

	if (!find_text(input, block, &head, err))
		return false;
	if (is_blank(head)) {
		*kind = INPUT_EMPTY;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(magics); i++) {
		if (str_starts(head, magics[i].bytes)) {
			*kind = magics[i].kind;
			return true;
		}
	}
	if (is_binary(head)) {
		*kind = INPUT_BINARY;
		return true;
	}
	if (!document_find(input, &document, err))
		return false;
	if (document.kind == DOCUMENT_STREAM)
		*kind = INPUT_STREAM;
	else if (document.kind == DOCUMENT_PLAN || document.starts_input)
		*kind = INPUT_JSON_PLAN;
	else
		*kind = INPUT_TEXT;
	return true;
}

NODISCARD static bool read_text_form(struct arena *arena, const struct input *input, bool is_stream,
    struct plan **out, struct err *err)
{
	enum encoding encoding = input_encoding(input);
	struct str text;

	if (input_size(input) > TEXT_MAX)
		return err_set(err, ERR_LIMIT,
		    "'%s' is a text of more than 256 MiB; use terraform show -json PLANFILE",
		    input_name(input));
	if (!input_text(arena, input, 0, (size_t)input_size(input), &text, err))
		return false;
	if (!is_stream)
		*out = plan_read_text(arena, text);
	else if (!plan_read_stream(arena, text, out, err))
		return false;
	if (encoding != ENCODING_UTF8)
		plan_add_note(arena, *out,
		    str_format(arena, "the input was %s; read as UTF-8", encoding_name(encoding)));
	return true;
}

bool plan_read(struct arena *arena, const struct input *input, const struct plan_options *options,
    struct plan **out, struct err *err)
{
	enum input_kind kind;

	if (!plan_detect(input, &kind, err))
		return false;
	switch (kind) {
	case INPUT_JSON_PLAN:
		return plan_read_json(arena, input, options, out, err);
	case INPUT_STREAM:
		return read_text_form(arena, input, true, out, err);
	case INPUT_TEXT:
		return read_text_form(arena, input, false, out, err);
	case INPUT_SAVED_PLAN:
		return err_set(err, ERR_INVALID,
		    "'%s' is a saved plan; terraform show -json turns it into JSON",
		    input_name(input));
	case INPUT_EMPTY:
		return err_set(err, ERR_SYNTAX,
		    "'%s' is empty; expected the output of terraform show -json PLANFILE or of "
		    "terraform plan",
		    input_name(input));
	case INPUT_BINARY:
		break;
	}
	return err_set(err, ERR_SYNTAX,
	    "'%s' is binary and no saved plan; expected the output of terraform show -json "
	    "PLANFILE",
	    input_name(input));
}
