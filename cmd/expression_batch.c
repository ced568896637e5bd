#include "cmd/expression_batch.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "cmd/line_reader.h"
#include "policies/cel/typed_json.h"

struct batch {
	struct arena *arena; /* rewound after each line */
	struct cel_run *run;
	const struct question *first;
	bool typed;
	size_t refused; /* lines that were no question */
};

/* --- reading a line --- */

static NODISCARD bool add_bindings(
    struct arena *arena, struct question *question, struct value map, struct err *err)
{
	if (map.kind != VALUE_MAP)
		return err_set(err, ERR_INVALID, "expected an object of typed values, not %s",
		    value_kind_name((enum value_kind)map.kind));
	for (size_t i = 0; i < map.len; i++) {
		struct str name = value_text(map.as.entries[i].key);
		struct value value;

		if (!typed_json_read(arena, map.as.entries[i].value, &value, err))
			return err_context(err, "'%.*s'", STR_ARG(name));
		if (!question_add_variable(question, name, value, err))
			return false;
	}
	return true;
}

static NODISCARD bool set_text(struct value value, struct str *out, struct err *err)
{
	*out = value_text(value);
	return value.kind == VALUE_STRING || err_set(err, ERR_INVALID, "expected a string, not %s",
						 value_kind_name((enum value_kind)value.kind));
}

static NODISCARD bool set_bool(struct value value, bool *out, struct err *err)
{
	*out = value.as.boolean;
	return value.kind == VALUE_BOOL || err_set(err, ERR_INVALID, "expected true or false");
}

enum batch_key {
	KEY_ID,
	KEY_EXPR,
	KEY_CONTAINER,
	KEY_VARS,
	KEY_BINDINGS,
	KEY_TRACED,
	KEYS,
};

static const char *const key_names[] = {
    [KEY_ID] = "id",
    [KEY_EXPR] = "expr",
    [KEY_CONTAINER] = "container",
    [KEY_VARS] = "vars",
    [KEY_BINDINGS] = "bindings",
    [KEY_TRACED] = "traced",
};

static enum batch_key find_key(struct str name)
{
	int key = 0;

	while (key < KEYS && !str_is(name, key_names[key]))
		key++;
	return (enum batch_key)key;
}

static NODISCARD bool set_field(struct arena *arena, struct question *question, struct str name,
    struct value value, struct err *err)
{
	switch (find_key(name)) {
	case KEY_ID:
		return true;
	case KEY_EXPR:
		return set_text(value, &question->text, err);
	case KEY_CONTAINER:
		return set_text(value, &question->container, err);
	case KEY_VARS:
		return question_add_variables(question, value, err);
	case KEY_BINDINGS:
		return add_bindings(arena, question, value, err);
	case KEY_TRACED:
		return set_bool(value, &question->traced, err);
	case KEYS:
		break;
	}
	return err_set(err, ERR_INVALID, "expected id, expr, container, vars, bindings or traced");
}

static NODISCARD bool read_question(
    struct batch *batch, struct value line, struct question *question, struct err *err)
{
	*question = *batch->first;
	if (line.kind != VALUE_MAP)
		return err_set(err, ERR_INVALID, "expected an object with id and expr");
	for (size_t i = 0; i < line.len; i++) {
		struct str name = value_text(line.as.entries[i].key);

		if (!set_field(batch->arena, question, name, line.as.entries[i].value, err))
			return err_context(err, "'%.*s'", STR_ARG(name));
	}
	if (value_get_c(line, key_names[KEY_EXPR]) == NULL)
		return err_set(err, ERR_INVALID, "expected an object with id and expr");
	return true;
}

/* --- writing one --- */

static void error_field(struct buf *buf, struct str text)
{
	struct sink sink;
	struct jsonw writer;

	sink_to_buf(&sink, buf);
	jsonw_init(&writer, &sink, 0);
	buf_adds(buf, "\"error\":");
	jsonw_str(&writer, text);
}

static void unknown_field(struct buf *buf, const struct cel_unknowns *unknowns)
{
	struct sink sink;
	struct jsonw writer;

	sink_to_buf(&sink, buf);
	jsonw_init(&writer, &sink, 0);
	buf_adds(buf, "\"unknown\":");
	jsonw_begin_array(&writer);
	for (size_t i = 0; i < unknowns->count; i++)
		jsonw_str(&writer, unknowns->paths[i]);
	jsonw_end_array(&writer);
}

static NODISCARD bool value_fields(struct buf *buf, struct value value, bool typed, struct err *err)
{
	buf_adds(buf, "\"value\":");
	if (!expression_print(buf, value, err))
		return false;
	if (!typed)
		return true;
	buf_adds(buf, ",\"typed\":");
	return typed_json_write(buf, value, err);
}

void expression_answer_fields(struct buf *buf, const struct answer *answer, bool typed)
{
	size_t start = buf_str(buf).len;
	struct err err = {0};

	switch (answer->kind) {
	case ANSWER_VALUE:
		if (value_fields(buf, answer->value, typed, &err))
			return;
		buf_rewind(buf, start);
		error_field(buf, str_from(err.text));
		return;
	case ANSWER_ERROR:
		error_field(buf, answer->problems.items[0].text);
		return;
	case ANSWER_UNKNOWN:
		unknown_field(buf, &answer->unknowns);
		return;
	}
}

/* The room that an answer without a value needs is kept free. */
#define FRAME_ROOM (BATCH_LINE_MAX + ((size_t)1 << 20))

static void begin_line(struct batch *batch, struct buf *buf, struct value id)
{
	struct sink sink;
	struct jsonw writer;

	buf_init(buf, batch->arena, BATCH_ANSWER_MAX + FRAME_ROOM);
	sink_to_buf(&sink, buf);
	jsonw_init(&writer, &sink, 0);
	buf_adds(buf, "{\"id\":");
	jsonw_value(&writer, id);
	buf_adds(buf, ",");
}

static void refuse(struct batch *batch, struct buf *buf, struct value id, struct str why)
{
	batch->refused++;
	begin_line(batch, buf, id);
	error_field(buf, why);
}

static void answer_line(struct batch *batch, struct str text, struct buf *buf)
{
	struct jsonr reader = {0};
	struct question question;
	struct answer answer;
	struct value line;
	struct err err = {0};

	if (!jsonr_read(batch->arena, text, &reader, &line, &err)) {
		char where[ERR_TEXT_MAX + 64];

		err_format(&err, where, sizeof(where));
		refuse(batch, buf, value_null(), str_copy(batch->arena, str_from(where)));
		return;
	}
	const struct value *id = value_get_c(line, key_names[KEY_ID]);
	if (!read_question(batch, line, &question, &err)) {
		refuse(batch, buf, id ? *id : value_null(), str_from(err.text));
		return;
	}
	answer = expression_answer(batch->arena, batch->run, &question);
	begin_line(batch, buf, id ? *id : value_null());
	expression_answer_fields(buf, &answer, batch->typed);
}

static NODISCARD bool answer_lines(
    struct batch *batch, struct line_reader *lines, struct sink *sink, struct err *err)
{
	enum line_kind kind;
	struct str line;

	for (;;) {
		struct arena_mark mark = arena_save(batch->arena);
		struct buf buf;

		if (!line_reader_has_line(lines) && !sink_finish(sink, err))
			return false;
		if (!line_reader_next(lines, &kind, &line, err))
			return false;
		if (kind == LINE_END)
			return true;
		if (kind == LINE_TOO_LONG)
			refuse(batch, &buf, value_null(),
			    str_format(batch->arena, "a line is over %zu bytes", BATCH_LINE_MAX));
		else if (str_trim(line).len > 0)
			answer_line(batch, line, &buf);
		else
			continue;
		buf_adds(&buf, "}\n");
		sink_add(sink, buf_str(&buf));
		arena_rewind(batch->arena, mark);
	}
}

bool expression_batch(struct app *app, const struct question *first, bool typed, struct err *err)
{
	struct batch batch = {.arena = app->scratch, .first = first, .typed = typed};
	struct line_reader lines;
	struct sink sink;
	bool done;

	batch.run = cel_run_new(app->run);
	line_reader_init(&lines, app->run, app->in, BATCH_LINE_MAX);
	sink_to_fd(&sink, app->run, app->out, 0);
	done = answer_lines(&batch, &lines, &sink, err) && sink_finish(&sink, err);
	cel_run_free(batch.run);
	if (!done || batch.refused == 0)
		return done;
	return err_set(err, ERR_INVALID, "%zu line%s of standard input %s no question",
	    batch.refused, batch.refused == 1 ? "" : "s", batch.refused == 1 ? "was" : "were");
}
