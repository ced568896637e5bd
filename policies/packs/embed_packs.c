/*
 * embed_packs OUT.c PACK.yaml...: the rule packs as C, for policies/packs.h. Runs during the build.
 *
 * Each pack is read as the program would read it, so that a mistake in one ends the build; then it
 * is written as JSON without its tests, and the JSON is read back for the same reason.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/yaml.h"
#include "policies/packs.h"
#include "policies/policy_file.h"

#define PACK_MAX ((size_t)4 << 20)
#define OUT_MAX	 ((size_t)64 << 20)

/* The program's own table is what is being made. */
const struct pack packs[] = {{.name = NULL}};

struct embedder {
	struct arena *arena;
	struct policy_problems problems;
	struct buf code, table;
};

static bool report(const struct policy_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		char text[ERR_TEXT_MAX * 2];

		err_format(&problems->items[i], text, sizeof(text));
		(void)fprintf(stderr, "%s\n%.*s\n", text, STR_ARG(problems->carets[i]));
	}
	return problems->count == 0;
}

/* Plain scalars get their types, unless their text would be lost by it (007). */
static struct value typed(struct arena *arena, struct value node)
{
	struct value out = yaml_scalar(node);
	struct str text = value_text(node);

	if (out.kind == VALUE_INT &&
	    !str_eq(text, str_format(arena, "%lld", (long long)out.as.integer)))
		return node;
	return out;
}

static void write_node(struct jsonw *writer, struct embedder *embedder, struct value node);

static void write_entries(struct jsonw *writer, struct embedder *embedder, struct value map)
{
	for (uint32_t i = 0; i < map.len; i++) {
		jsonw_key_str(writer, value_text(map.as.entries[i].key));
		write_node(writer, embedder, map.as.entries[i].value);
	}
}

static void write_node(struct jsonw *writer, struct embedder *embedder, struct value node)
{
	if (node.kind == VALUE_MAP) {
		jsonw_begin_object(writer);
		write_entries(writer, embedder, node);
		jsonw_end_object(writer);
		return;
	}
	if (node.kind != VALUE_LIST) {
		jsonw_value(writer, typed(embedder->arena, node));
		return;
	}
	jsonw_begin_array(writer);
	for (uint32_t i = 0; i < node.len; i++)
		write_node(writer, embedder, node.as.items[i]);
	jsonw_end_array(writer);
}

static void write_rules(
    struct jsonw *writer, struct embedder *embedder, const struct yaml *yaml, struct value rules)
{
	jsonw_begin_array(writer);
	for (uint32_t i = 0; rules.kind == VALUE_LIST && i < rules.len; i++) {
		const struct value *rule = &rules.as.items[i];

		jsonw_begin_object(writer);
		jsonw_field_int(writer, "@line", yaml_position(yaml, rule).line);
		write_entries(writer, embedder, *rule);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

static bool write_pack(struct embedder *embedder, const struct yaml *yaml, struct str *out)
{
	struct value root = yaml_root(yaml);
	struct err err = {0};
	struct buf buf;
	struct sink sink;
	struct jsonw writer;

	buf_init(&buf, embedder->arena, PACK_MAX);
	sink_to_buf(&sink, &buf);
	jsonw_init(&writer, &sink, 0);
	jsonw_begin_object(&writer);
	for (uint32_t i = 0; i < root.len; i++) {
		const struct value_entry *entry = &root.as.entries[i];
		struct str key = value_text(entry->key);

		if (str_is(key, "tests"))
			continue;
		jsonw_key_str(&writer, key);
		if (str_is(key, "rules"))
			write_rules(&writer, embedder, yaml, entry->value);
		else
			write_node(&writer, embedder, entry->value);
	}
	jsonw_end_object(&writer);
	return sink_finish(&sink, &err) && buf_finish(&buf, out, &err);
}

/* Numbers, because a text this long is over what C promises for literals. */
static void write_bytes(struct embedder *embedder, size_t number, struct str text)
{
	buf_addf(&embedder->code, "static const unsigned char pack_%zu[] = {", number);
	for (size_t i = 0; i < text.len; i++)
		buf_addf(
		    &embedder->code, "%s%d,", i % 24 == 0 ? "\n" : "", (unsigned char)text.ptr[i]);
	buf_adds(&embedder->code, "0};\n");
}

static void write_literal(struct embedder *embedder, const char *field, struct str text)
{
	buf_addf(&embedder->table, "     .%s = \"", field);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_addc(&embedder->table, '\\');
		buf_addc(&embedder->table, text.ptr[i]);
	}
	buf_adds(&embedder->table, "\",\n");
}

static void write_row(
    struct embedder *embedder, size_t number, const struct policy_file *file, struct str text)
{
	const struct value *pack = value_get_c(yaml_root(file->yaml), "pack");
	const struct value *versions = value_get_c(*pack, "versions");

	buf_adds(&embedder->table, "    {\n");
	write_literal(embedder, "name", file->pack_name);
	write_literal(embedder, "version", file->pack_version);
	write_literal(embedder, "title", value_get_str(*pack, "title"));
	buf_adds(&embedder->table, "     .versions = \"");
	for (uint32_t i = 0; versions->kind == VALUE_LIST && i < versions->len; i++)
		buf_addf(&embedder->table, "%s%.*s", i > 0 ? ", " : "",
		    STR_ARG(value_text(versions->as.items[i])));
	buf_addf(&embedder->table, "\",\n     .text = {(const char *)pack_%zu, %zu},\n    },\n",
	    number, text.len);
}

/* What a pack needs beyond other files. */
static void check_pack(struct embedder *embedder, const struct policy_file *file, const char *path)
{
	struct policy_place place = {.file = str_from(path)};
	const struct value *pack = value_get_c(yaml_root(file->yaml), "pack");
	struct str stem = str_from(path);
	bool named;

	if (!pack || value_get_str(*pack, "title").len == 0 || file->pack_version.len == 0 ||
	    !value_get_c(*pack, "versions") || value_get_c(*pack, "versions")->kind != VALUE_LIST) {
		policy_problem(&embedder->problems, &place,
		    "a pack needs 'pack: {name, title, versions: [...]}'");
		return;
	}
	named = str_eat_end(&stem, STR(".yaml")) && str_ends(stem, file->pack_name) &&
		file->pack_name.len > 0;
	if (!named)
		policy_problem(&embedder->problems, &place,
		    "the pack's name has to be that of its file, not '%.*s'",
		    STR_ARG(file->pack_name));
}

static bool embed(struct embedder *embedder, size_t number, const char *path)
{
	struct policy_file file, again;
	struct str text, json, name;
	struct err err = {0};

	if (!file_read(embedder->arena, path, PACK_MAX, &text, &err)) {
		policy_problem_err(&embedder->problems, &err);
		return false;
	}
	policy_file_read(
	    embedder->arena, POLICY_PACK, str_from(path), text, &file, &embedder->problems);
	if (embedder->problems.count == 0)
		check_pack(embedder, &file, path);
	if (embedder->problems.count > 0 || !write_pack(embedder, file.yaml, &json))
		return false;
	name = str_format(
	    embedder->arena, "pack:%.*s@%.*s", STR_ARG(file.pack_name), STR_ARG(file.pack_version));
	policy_file_read(embedder->arena, POLICY_PACK, name, json, &again, &embedder->problems);
	write_bytes(embedder, number, json);
	write_row(embedder, number, &file, json);
	return embedder->problems.count == 0;
}

static bool write_code(struct embedder *embedder, const char *path)
{
	struct str code, table;
	struct err err = {0};

	buf_adds(&embedder->table, "    {.name = NULL},\n};\n");
	if (!buf_finish(&embedder->table, &table, &err))
		return false;
	buf_add(&embedder->code, table);
	return buf_finish(&embedder->code, &code, &err) &&
	       file_write(embedder->arena, path, code, &err);
}

int main(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct embedder *embedder = arena_make(arena, struct embedder);
	bool good = argc >= 2;

	embedder->arena = arena;
	policy_problems_init(&embedder->problems, arena);
	buf_init(&embedder->code, arena, OUT_MAX);
	buf_init(&embedder->table, arena, OUT_MAX);
	buf_adds(&embedder->code, "/* Made by policies/packs/embed_packs.c during the build. */\n"
				  "#include \"policies/packs.h\"\n\n#include <stddef.h>\n\n");
	buf_adds(&embedder->table, "\nconst struct pack packs[] = {\n");
	for (int i = 2; i < argc; i++)
		good = embed(embedder, (size_t)i - 2, argv[i]) && good;
	good = report(&embedder->problems) && good && write_code(embedder, argv[1]);
	if (!good)
		(void)fprintf(stderr, "embed_packs: the packs were not embedded\n");
	return good ? 0 : 1;
}
