#include "policies/template.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "policies/cel/trace.h"

#define PARTS_MAX      1000
#define CUT_MARK       "..."
#define SHOWN_TOO_LONG "(too long to show)"

struct template_part {
	struct str literal;
	struct cel_program *program; /* NULL: the literal */
};

struct policy_template {
	struct template_part *parts;
	size_t count;
};

/* --- finding the end of an expression --- */

/* Behind the string of the expression that begins at `at`; the end when it does not end. */
static size_t skip_string(struct str text, size_t at)
{
	char quote = text.ptr[at];
	char triple[] = {quote, quote, quote};
	struct str mark = {triple, 1};
	bool raw = at > 0 && (text.ptr[at - 1] == 'r' || text.ptr[at - 1] == 'R');

	if (str_starts(str_skip(text, at), (struct str){triple, 3}))
		mark.len = 3;
	for (size_t i = at + mark.len; i < text.len; i++) {
		if (text.ptr[i] == '\\' && !raw)
			i++;
		else if (str_starts(str_skip(text, i), mark))
			return i + mark.len;
	}
	return text.len;
}

/* The byte of the '}' that closes an expression which begins at `at`. */
static bool find_end(struct str text, size_t at, size_t *end)
{
	size_t depth = 0;

	while (at < text.len) {
		char c = text.ptr[at];

		if (c == '"' || c == '\'') {
			at = skip_string(text, at);
			continue;
		}
		if (c == '}' && depth == 0) {
			*end = at;
			return true;
		}
		depth += c == '{';
		depth -= c == '}';
		at++;
	}
	return false;
}

/* --- compiling --- */

struct compiler {
	struct arena *arena;
	const struct cel_scope *scope;
	struct str text;
	struct policy_template *out;
	struct cel_problems *problems;
};

static bool add_problem(struct compiler *compiler, size_t at, struct str text)
{
	struct cel_problems *problems = compiler->problems;

	if (problems->count < CEL_PROBLEMS_MAX)
		problems->items[problems->count++] = (struct cel_problem){(uint32_t)at, text};
	return false;
}

static bool complain(struct compiler *compiler, size_t at, const char *what)
{
	return add_problem(compiler, at, str_from(what));
}

/* The next place, or NULL with a problem. */
static struct template_part *add_part(struct compiler *compiler, size_t at)
{
	struct policy_template *out = compiler->out;
	size_t size = sizeof(struct template_part);

	if (out->count == PARTS_MAX) {
		(void)!complain(compiler, at, "more than 1,000 parts in one text");
		return NULL;
	}
	out->parts =
	    arena_grow(compiler->arena, out->parts, out->count * size, (out->count + 1) * size);
	out->parts[out->count] = (struct template_part){.literal = STR_EMPTY};
	return &out->parts[out->count++];
}

static bool add_literal(struct compiler *compiler, size_t from, size_t to)
{
	struct template_part *part;

	if (from == to)
		return true;
	part = add_part(compiler, from);
	if (part)
		part->literal = str_from_to(compiler->text, from, to);
	return part != NULL;
}

/* Problems of an expression count from the beginning of the whole text. */
static bool add_expression(struct compiler *compiler, size_t from, size_t to)
{
	struct cel_problems problems = {.count = 0};
	struct str text = str_from_to(compiler->text, from, to);
	struct template_part *part;

	if (str_trim(text).len == 0)
		return complain(compiler, from, "an expression is missing between '${' and '}'");
	part = add_part(compiler, from);
	if (!part)
		return false;
	if (cel_compile(compiler->arena, compiler->scope, text, &part->program, &problems))
		return true;
	part->program = NULL;
	for (size_t i = 0; i < problems.count; i++)
		(void)!add_problem(compiler, from + problems.items[i].at, problems.items[i].text);
	return false;
}

/* One "${" at `at`: literal, expression or mistake; *next is what follows it. */
static bool add_dollar(struct compiler *compiler, size_t at, size_t *next)
{
	size_t end;

	if (find_end(compiler->text, at + 2, &end)) {
		*next = end + 1;
		return add_expression(compiler, at + 2, end);
	}
	*next = compiler->text.len;
	return complain(compiler, at, "'${' is not closed by '}'; write '$${' for the text itself");
}

static bool compile_parts(struct compiler *compiler)
{
	struct str text = compiler->text;
	size_t literal = 0, at = 0;
	bool good = true;

	while (at < text.len) {
		struct str rest = str_skip(text, at);

		if (str_starts(rest, STR("$${"))) {
			/* the first '$' is dropped, the rest is literal */
			good &= add_literal(compiler, literal, at);
			literal = at + 1;
			at += 3;
		} else if (str_starts(rest, STR("${"))) {
			good &= add_literal(compiler, literal, at);
			good &= add_dollar(compiler, at, &at);
			literal = at;
		} else {
			at++;
		}
	}
	return add_literal(compiler, literal, at) && good;
}

bool template_compile(struct arena *arena, const struct cel_scope *scope, struct str text,
    struct policy_template **out, struct cel_problems *problems)
{
	struct policy_template *template = arena_make(arena, struct policy_template);
	struct compiler compiler = {arena, scope, text, template, problems};

	problems->count = 0;
	if (!compile_parts(&compiler)) {
		template_free(template);
		return false;
	}
	*out = template;
	return true;
}

void template_free(struct policy_template *template)
{
	if (!template)
		return;
	for (size_t i = 0; i < template->count; i++)
		if (template->parts[i].program)
			cel_program_free(template->parts[i].program);
	template->count = 0;
}

bool template_mentions_variable(const struct policy_template *template, size_t variable)
{
	for (size_t i = 0; i < template->count; i++)
		if (template->parts[i].program &&
		    cel_mentions_variable(template->parts[i].program, variable))
			return true;
	return false;
}

bool template_mentions_field(
    const struct policy_template *template, size_t variable, struct str field)
{
	for (size_t i = 0; i < template->count; i++)
		if (template->parts[i].program &&
		    cel_mentions_field(template->parts[i].program, variable, field))
			return true;
	return false;
}

bool template_any(
    const struct policy_template *template, bool (*test)(const struct cel_program *program))
{
	for (size_t i = 0; template && i < template->count; i++)
		if (template->parts[i].program && test(template->parts[i].program))
			return true;
	return false;
}

/* --- rendering --- */

/* The text of an error is made in traced runs only. */
static struct str error_text(struct arena *arena, struct cel_run *run,
    const struct cel_program *program, const struct value *activation)
{
	struct cel_trace trace;
	struct value value;

	cel_trace_begin(arena, program, &trace);
	value = cel_evaluate(run, program, activation, arena, &trace);
	if (!cel_is_error(value))
		return STR("(error)");
	return str_format(arena, "(error: %.*s)", STR_ARG(cel_error_of(value)->text));
}

/* A value that does not fit is left out whole: what is cut off a secret cannot be recognised. */
static void add_value(struct buf *buf, struct value value)
{
	struct str text;

	if (cel_to_whole_text(buf->arena, value, buf_room(buf), &text))
		buf_add(buf, text);
	else
		buf_add(buf, utf8_cut(STR(SHOWN_TOO_LONG), buf_room(buf)));
}

static void render_part(struct buf *buf, struct cel_run *run, const struct template_part *part,
    const struct value *activation)
{
	struct value value;

	if (!part->program) {
		buf_add(buf, utf8_cut(part->literal, buf_room(buf)));
		return;
	}
	value = cel_evaluate(run, part->program, activation, buf->arena, NULL);
	if (cel_is_error(value))
		buf_add(buf, utf8_cut(error_text(buf->arena, run, part->program, activation),
				 buf_room(buf)));
	else
		add_value(buf, value);
}

struct str template_render(struct arena *arena, struct cel_run *run,
    const struct policy_template *template, const struct value *activation)
{
	struct buf buf;

	buf_init(&buf, arena, TEMPLATE_MAX_RAW);
	for (size_t i = 0; i < template->count; i++)
		render_part(&buf, run, &template->parts[i], activation);
	return buf_str(&buf);
}

struct str template_printable(struct arena *arena, struct str made)
{
	size_t room = TEMPLATE_MAX - (sizeof(CUT_MARK) - 1);
	struct str text = utf8_printable(arena, made, false);

	if (text.len <= TEMPLATE_MAX)
		return text;
	return str_format(arena, "%.*s" CUT_MARK, STR_ARG(utf8_cut(text, room)));
}
