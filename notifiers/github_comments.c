#include "notifiers/github_comments.h"

#include "base/arena.h"
#include "base/err.h"

#define BOT_SUFFIX "[bot]"

bool github_is_author(const struct github_author *author, const struct reply *user)
{
	struct str login = reply_text(user, "login");

	if (author->id)
		return reply_int(user, "id") == author->id;
	if (!str_is(reply_text(user, "type"), "Bot"))
		return false;
	if (author->login.len == 0)
		return true;
	(void)str_eat_end(&login, STR(BOT_SUFFIX));
	return str_eq_nocase(login, author->login);
}

/* Pages come in ascending order of id. */
static void add_one(
    struct arena *arena, struct github_comments *out, const struct github_comment *comment)
{
	size_t at = out->count;

	if (github_comments_has(out, comment->id))
		return;
	if (at == GITHUB_COMMENTS_MAX)
		at--;
	else
		out->count++;
	out->items[at] = (struct github_comment){
	    .id = comment->id,
	    .url = str_copy(arena, comment->url),
	    .body = str_copy(arena, comment->body),
	};
	/* again, so that its views point into the copy */
	(void)marker_parse(out->items[at].body, &out->items[at].marker);
}

bool github_comments_add(struct arena *arena, struct str page, struct str key,
    const struct github_author *author, struct github_comments *out, struct err *err)
{
	struct reply *list CLEANUP(reply_free_ptr) = NULL;

	if (!reply_parse(page, &list, err))
		return false;
	if (!reply_is_array(list))
		return err_set(err, ERR_SYNTAX, "no list of comments");
	for (size_t i = 0; i < reply_count(list); i++) {
		const struct reply *item = reply_at(list, i);
		struct github_comment comment = {
		    .id = reply_int(item, "id"),
		    .url = reply_text(item, "html_url"),
		    .body = reply_text(item, "body"),
		};

		if (comment.id <= 0 || !marker_parse(comment.body, &comment.marker) ||
		    !str_eq(comment.marker.key, key) ||
		    !github_is_author(author, reply_get(item, "user")))
			continue;
		add_one(arena, out, &comment);
	}
	return true;
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
