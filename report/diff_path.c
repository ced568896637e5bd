/* Where the walk is, in words, and whether the plan says that it forces a replacement. */
#include "report/diff_walk.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/size.h"
#include "parser/path.h"
#include "report/diff_align.h"

#define PATH_BYTES_MAX ((size_t)1 << 20)
#define NAME_BYTES_MAX ((size_t)200) /* of what an item is known by */

/* The beginning of a long one is not what it is known by: it could be that of another, too. */
static bool is_known(const struct diff_step *step)
{
	return step->identity && step->name.len <= NAME_BYTES_MAX;
}

/* Of the only item on both sides it is looked for here, where it is needed. */
static void find_identity(struct diff_step *step)
{
	const struct value *name;

	if (step->identity || !step->before_item)
		return;
	step->identity = align_identity(step->before_item, step->after_item);
	name = step->identity ? value_get_c(*step->after_item, step->identity) : NULL;
	if (name)
		step->name = *name;
}

static void add_identity(struct buf *buf, const struct diff_step *step)
{
	struct str name = value_text(step->name);

	buf_addf(buf, "[%s=", step->identity);
	if (step->name.kind == VALUE_STRING) {
		buf_addc(buf, '"');
		for (size_t i = 0; i < name.len; i++) {
			if (name.ptr[i] == '"' || name.ptr[i] == '\\')
				buf_addc(buf, '\\');
			buf_addc(buf, name.ptr[i]);
		}
		buf_addc(buf, '"');
	} else if (step->name.kind == VALUE_INT) {
		buf_addf(buf, "%lld", (long long)step->name.as.integer);
	} else {
		buf_add(buf, name);
	}
	buf_addc(buf, ']');
}

static void add_step(struct buf *buf, const struct diff_step *step)
{
	struct diff_step item = *step;

	if (step->key.ptr) {
		path_add_key(buf, step->key);
		return;
	}
	find_identity(&item);
	if (is_known(&item))
		add_identity(buf, &item);
	else
		path_add_index(buf, step->after != NO_ITEM ? step->after : step->before);
}

/* Most differences stand at a plain top-level key: its path is the key itself. */
struct str diff_path_text(const struct diff_walk *walk)
{
	struct buf buf;

	if (walk->depth == 0)
		return STR_EMPTY;
	if (walk->depth == 1 && walk->steps[0].key.ptr && path_key_is_plain(walk->steps[0].key))
		return walk->steps[0].key;
	buf_init(&buf, walk->arena, PATH_BYTES_MAX);
	for (size_t i = 0; i < walk->depth; i++)
		add_step(&buf, &walk->steps[i]);
	return buf_str(&buf);
}

/* Terraform counts the items of one side, it does not say of which. Of sets it gives the item. */
static bool step_matches(const struct diff_step *step, struct value part)
{
	if (step->key.ptr)
		return part.kind == VALUE_STRING && str_eq(value_text(part), step->key);
	if (part.kind == VALUE_INT)
		return part.as.integer == step->before || part.as.integer == step->after;
	return part.kind == VALUE_MAP || part.kind == VALUE_LIST;
}

/* One of the two paths is the beginning of the other. */
static bool path_touches(const struct diff_walk *walk, struct value path)
{
	size_t depth = size_min(walk->depth, path.len);

	if (path.kind != VALUE_LIST)
		return false;
	for (size_t i = 0; i < depth; i++) {
		if (!step_matches(&walk->steps[i], path.as.items[i]))
			return false;
	}
	return true;
}

bool diff_path_forces(const struct diff_walk *walk)
{
	struct value paths = walk->change->replace_paths;

	for (size_t i = 0; paths.kind == VALUE_LIST && i < paths.len; i++) {
		if (path_touches(walk, paths.as.items[i]))
			return true;
	}
	return false;
}
