/* base64, as the official extension has it, and JSON. */
#include "base/base64.h"
#include "base/err.h"
#include "base/json_read.h"
#include "policies/cel/result.h"

#define JSON_TEXT_MAX	    ((size_t)2 << 20)
#define JSON_BYTES_PER_STEP 4 /* so that the tree stays small, too */

static struct value encode(struct cel_run *run, const struct value *args, size_t count)
{
	struct str bytes = cel_text(args[0]);
	size_t len = BASE64_TEXT_LEN(bytes.len);
	char *text;

	if (args[0].kind != CEL_BYTES)
		return cel_no_overload(run, "base64.encode", args, count);
	if (!cel_pay_bytes(run, bytes.len))
		return cel_out_of_steps(run);
	text = cel_alloc(run, len);
	if (!text)
		return cel_out_of_memory(run);
	base64_write(text, bytes);
	return value_string((struct str){text, len});
}

/* The padding may be left out, but when it is there it is all there. */
static bool without_padding(struct str *text)
{
	size_t whole = text->len;

	if (str_eat_end(text, STR("==")) || str_eat_end(text, STR("=")))
		return whole % 4 == 0;
	return true;
}

static struct value decode(struct cel_run *run, const struct value *args, size_t count)
{
	struct str text = cel_text(args[0]);
	size_t len;
	char *bytes;

	if (!cel_is_text(args[0]))
		return cel_no_overload(run, "base64.decode", args, count);
	if (!cel_pay_bytes(run, text.len))
		return cel_out_of_steps(run);
	bytes = cel_alloc(run, BASE64_BYTES_LEN(text.len));
	if (!bytes)
		return cel_out_of_memory(run);
	if (!without_padding(&text) || !base64_read(text, BASE64_PLAIN, bytes, &len))
		return cel_fail(run, "the string is no base64");
	return cel_bytes((struct str){bytes, len});
}

/* The numbers of the result adapt like those of a plan: nothing marks them strict. */
static struct value json_decode(struct cel_run *run, const struct value *args, size_t count)
{
	struct jsonr reader = {.file = NULL};
	struct err err = {0};
	struct value value;

	if (!cel_is_text(args[0]))
		return cel_no_overload(run, "jsondecode", args, count);
	if (args[0].len > JSON_TEXT_MAX)
		return cel_fail_limit(run, "jsondecode() takes at most 2 MiB");
	if (!cel_pay(run, args[0].len / JSON_BYTES_PER_STEP + 1))
		return cel_out_of_steps(run);
	/* The reader's text may quote the string, which is a value of the plan. */
	if (!jsonr_read(cel_arena(run), cel_text(args[0]), &reader, &value, &err))
		return cel_fail(
		    run, "the string is no JSON (line %d, column %d)", err.line, err.column);
	return cel_load(value);
}

const struct cel_function cel_encoder_functions[] = {
    {"base64.encode", CEL_GLOBAL | CEL_REWRITES, 1, 1, encode, "base64.encode(bytes) -> string",
	"bytes as base64, with padding", "base64.encode(b'hello') == 'aGVsbG8='"},
    {"base64.decode", CEL_GLOBAL | CEL_REWRITES, 1, 1, decode, "base64.decode(string) -> bytes",
	"bytes from base64, with or without padding",
	"string(base64.decode('aGVsbG8')) == 'hello'"},
    {"jsondecode", CEL_GLOBAL | CEL_REWRITES, 1, 1, json_decode, "jsondecode(string) -> any",
	"the value of JSON text; an error when it is none, or when a key stands there twice",
	"jsondecode('{\"a\": [1, 2.5]}').a[1] == 2.5"},
    CEL_FUNCTIONS_END,
};
