#include "cmd/provider_lock.h"

#include "base/arena.h"
#include "base/err.h"
#include "parser/hcl.h"
#include "parser/hcl_scan.h"
#include "policies/source.h"

/* Where the value of an attribute of this body begins. */
static bool find_attribute(struct hcl_scan *scan, const char *name)
{
	for (;;) {
		struct hcl_statement statement;

		switch (hcl_next(scan, &statement)) {
		case HCL_ATTRIBUTE:
			if (str_is(statement.name, name))
				return true;
			break;
		case HCL_BLOCK:
		case HCL_CLOSE:
			break;
		case HCL_END:
			return false;
		}
	}
}

static bool take_char(struct hcl_scan *scan, char c)
{
	hcl_skip_blank(scan, true);
	if (scan->at >= scan->text.len || scan->text.ptr[scan->at] != c)
		return false;
	scan->at++;
	return true;
}

/* ["h1:...", "zh:...",] */
static struct value read_hashes(struct arena *arena, struct str body)
{
	struct hcl_scan scan = {.text = body};
	struct value *items = NULL;
	size_t count = 0;

	if (!find_attribute(&scan, "hashes") || !take_char(&scan, '['))
		return value_list(NULL, 0);
	items = arena_array(arena, struct value, LOCK_HASHES_MAX);
	while (count < LOCK_HASHES_MAX) {
		struct str hash;
		bool is_plain;

		hcl_skip_blank(&scan, true);
		if (!hcl_take_string(&scan, &hash, &is_plain))
			break;
		items[count++] = value_string(hash);
		if (!take_char(&scan, ','))
			break;
	}
	return value_list(items, count);
}

static struct value locked(struct arena *arena, struct str text, const struct hcl_block *block)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, 3);
	struct value map = value_null();
	struct str duplicate;

	entries[0] = (struct value_entry){
	    value_string(STR("constraints")), value_string(hcl_string(text, block, "constraints"))};
	entries[1] = (struct value_entry){value_string(STR("hashes")),
	    read_hashes(arena, str_from_to(text, block->body_from, block->body_to))};
	entries[2] = (struct value_entry){
	    value_string(STR("version")), value_string(hcl_string(text, block, "version"))};
	/* The keys are ours and differ. */
	return value_map(arena, entries, 3, &map, &duplicate) ? map : value_null();
}

/* Terraform refuses a file that names a provider twice; here its first block counts. */
static bool is_named(const struct value_entry *entries, size_t count, struct str source)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq(value_text(entries[i].key), source))
			return true;
	}
	return false;
}

struct value provider_lock_value(struct arena *arena, struct str text)
{
	struct hcl_file file;
	struct value_entry *entries;
	struct value map = value_null();
	struct str duplicate;
	size_t count = 0;

	hcl_scan(arena, text, &file);
	entries = arena_array(arena, struct value_entry, file.count + 1);
	for (size_t i = 0; i < file.count; i++) {
		const struct hcl_block *block = &file.blocks[i];

		if (block->depth != 0 || !str_is(block->type, "provider") ||
		    block->label_count != 1 || is_named(entries, count, block->labels[0]))
			continue;
		entries[count++] = (struct value_entry){
		    value_string(block->labels[0]), locked(arena, text, block)};
	}
	return value_map(arena, entries, count, &map, &duplicate) ? map : value_null();
}

static struct value unknown_locks(void)
{
	struct value value = value_unknown();

	value.as.text = LOCK_FILE;
	value.len = sizeof(LOCK_FILE) - 1;
	return value;
}

bool provider_lock_read(struct arena *arena, const struct source *source, struct str directory,
    struct value *out, struct err *err)
{
	struct str path, text;
	bool found = false;

	*out = unknown_locks();
	if (!source_join(arena, directory, STR(LOCK_FILE), &path))
		return true; /* the directory is no path of the repository: no file either */
	if (!source->read(source->state, arena, path, LOCK_BYTES_MAX, &text, &found, err))
		return false;
	if (found)
		*out = provider_lock_value(arena, text);
	return true;
}
