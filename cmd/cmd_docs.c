#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/completion.h"
#include "cmd/help.h"
#include "cmd/pack_docs.h"

#define DOCS_MAX ((size_t)4 << 20)

static void print_manpage(struct buf *buf)
{
	help_manpage(buf, TFHERALD_VERSION);
}

struct docs_row {
	const char *name;
	void (*print)(struct buf *buf);
};

/* Sorted; the names of `kinds` below. */
static const struct docs_row rows[] = {
    {"completion-bash", completion_bash},
    {"completion-fish", completion_fish},
    {"completion-zsh", completion_zsh},
    {"expressions", help_expressions},
    {"man", print_manpage},
    {"schema", help_settings_schema},
    {"settings", help_settings},
};

NODISCARD static bool print_document(
    struct buf *buf, const struct operands *operands, struct err *err)
{
	struct str name = str_from(operands->items[0]);

	if (str_is(name, "pack") && operands->count != 2)
		return err_set(err, ERR_USAGE, "generate-docs pack: which file of a pack?");
	if (str_is(name, "pack"))
		return pack_docs_page(buf, operands->items[1], err);
	if (str_is(name, "packs"))
		return pack_docs_index(buf, operands->items + 1, operands->count - 1, err);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_is(name, rows[i].name))
			rows[i].print(buf);
	}
	return true;
}

static NODISCARD bool docs_run(struct app *app, const void *values UNUSED,
    const struct operands *operands, int *status UNUSED, struct err *err)
{
	struct buf buf;
	struct sink sink;
	struct str text;

	if (operands->count == 0)
		return err_set(err, ERR_USAGE, "generate-docs: which document?");
	buf_init(&buf, app->run, DOCS_MAX);
	if (!print_document(&buf, operands, err) || !buf_finish(&buf, &text, err))
		return false;
	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, text);
	return sink_finish(&sink, err);
}

static const char *const kinds[] = {
    "completion-bash",
    "completion-fish",
    "completion-zsh",
    "expressions",
    "man",
    "pack",
    "packs",
    "schema",
    "settings",
    NULL,
};

extern const struct command command_docs;
const struct command command_docs = {
    .name = "generate-docs",
    .args = "DOCUMENT [FILE...]",
    .help = "print a document that is made from the tables",
    .description = "Used by 'make docs'. Documents: completion-bash, completion-fish,\n"
		   "completion-zsh, expressions, man (docs/tfherald.1), schema, settings; pack\n"
		   "with the file of one (docs/packs/NAME.md), packs with those of all\n"
		   "(docs/packs/README.md).",
    .example = "tfherald generate-docs man >docs/tfherald.1",
    .operand_choices = kinds,
    .operands_max = 1000,
    .hidden = true,
    .run = docs_run,
};
