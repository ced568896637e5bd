#include "notifiers/github_comments.h"

#include "base/arena.h"
#include "base/err.h"

#include "notifiers/http.h"

#define BOT_SUFFIX "[bot]"

static bool is_known(const struct github_author *author)
{
	return author->id || author->login.len;
}

bool github_is_author(const struct github_author *author, const struct reply *user)
{
	struct str login = reply_text(user, "login");

	if (author->id)
		return reply_int(user, "id") == author->id;
	if (author->login.len == 0 || !str_is(reply_text(user, "type"), "Bot"))
		return false;
	(void)str_eat_end(&login, STR(BOT_SUFFIX));
	return str_eq_nocase(login, author->login);
}

/* Where it stands, or goes: ascending by id. When full, another gives way, but never the newest. */
static size_t make_room(struct github_comments *out, int64_t id)
{
	size_t at = 0;

	while (at < out->count && out->items[at].id < id)
		at++;
	if (at < out->count && out->items[at].id == id)
		return at;
	if (out->count == GITHUB_COMMENTS_MAX)
		return at + 1 < out->count ? at : out->count - (at == out->count ? 1 : 2);
	for (size_t i = out->count++; i > at; i--)
		out->items[i] = out->items[i - 1];
	return at;
}

static bool was_edited(const struct reply *item)
{
	return !str_eq(reply_text(item, "created_at"), reply_text(item, "updated_at"));
}

static const struct github_comment *add_item(struct arena *arena, const struct reply *item,
    struct str key, const struct github_author *author, struct github_comments *out)
{
	const struct reply *user = reply_get(item, "user");
	struct github_comment comment = {.id = reply_int(item, "id")};
	struct github_comment *place;

	if (comment.id <= 0 || !marker_parse(reply_text(item, "body"), &comment.marker) ||
	    !str_eq(comment.marker.key, key))
		return NULL;
	if (!github_is_author(author, user)) {
		if (!is_known(author) && str_is(reply_text(user, "type"), "Bot"))
			out->unproved = true;
		return NULL;
	}
	comment.url = str_copy(arena, http_url_shown(reply_text(item, "html_url")));
	comment.body = str_copy(arena, reply_text(item, "body"));
	comment.node = was_edited(item) ? str_copy(arena, reply_text(item, "node_id")) : STR_EMPTY;
	/* again, so that its views point into the copy */
	(void)marker_parse(comment.body, &comment.marker);
	place = &out->items[make_room(out, comment.id)];
	*place = comment;
	return place;
}

bool github_comments_add(struct arena *arena, struct str page, struct str key,
    const struct github_author *author, struct github_comments *out, struct err *err)
{
	struct reply *list CLEANUP(reply_free_ptr) = NULL;

	if (!reply_parse(page, &list, err))
		return false;
	if (!reply_is_array(list))
		return err_set(err, ERR_SYNTAX, "no list of comments");
	for (size_t i = 0; i < reply_count(list); i++)
		(void)add_item(arena, reply_at(list, i), key, author, out);
	return true;
}

const struct github_comment *github_comments_add_one(struct arena *arena, struct str body,
    struct str key, const struct github_author *author, struct github_comments *out)
{
	struct reply *item CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	return reply_parse(body, &item, &err) ? add_item(arena, item, key, author, out) : NULL;
}

void github_comments_put(struct github_comments *comments, const struct github_comment *comment)
{
	comments->items[make_room(comments, comment->id)] = *comment;
}

void github_comments_remove(struct github_comments *comments, int64_t id)
{
	size_t kept = 0;

	for (size_t i = 0; i < comments->count; i++)
		if (comments->items[i].id != id)
			comments->items[kept++] = comments->items[i];
	comments->count = kept;
}

bool github_comments_has(const struct github_comments *comments, int64_t id)
{
	for (size_t i = 0; i < comments->count; i++)
		if (comments->items[i].id == id)
			return true;
	return false;
}

bool github_body_equal(struct str a, struct str b)
{
	size_t j = 0;

	a = str_trim_end(a);
	b = str_trim_end(b);
	for (size_t i = 0; i < a.len; i++) {
		if (a.ptr[i] == '\r')
			continue;
		while (j < b.len && b.ptr[j] == '\r')
			j++;
		if (j == b.len || a.ptr[i] != b.ptr[j++])
			return false;
	}
	return j == b.len;
}
