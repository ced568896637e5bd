#include "base/yaml_events.h"

#include <libfyaml.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/yaml.h"

#define FIRST_CAP 64

DEFINE_CLEANUP(struct fy_parser *, fy_parser_destroy)
DEFINE_CLEANUP(struct fy_diag *, fy_diag_destroy)

struct reader {
	struct arena *arena;
	const char *file;
	struct str text;
	const struct yaml_read_options *options;
	struct yaml_events *out;
	uint32_t open[YAML_DEPTH_MAX]; /* lists and maps we are in */
	unsigned depth;
	unsigned documents;
	struct err *err;
};

/* The tags of the core schema; what they say about a scalar. */
static const struct {
	const char *tag;
	bool is_text;
} known_tags[] = {
    {"tag:yaml.org,2002:str", true},
    {"!", true},
    {"tag:yaml.org,2002:int", false},
    {"tag:yaml.org,2002:float", false},
    {"tag:yaml.org,2002:bool", false},
    {"tag:yaml.org,2002:null", false},
    {"tag:yaml.org,2002:seq", false},
    {"tag:yaml.org,2002:map", false},
};

static const uint16_t styles[] = {
    [FYSS_PLAIN] = YAML_PLAIN,
    [FYSS_SINGLE_QUOTED] = YAML_QUOTED,
    [FYSS_DOUBLE_QUOTED] = YAML_QUOTED,
    [FYSS_LITERAL] = YAML_BLOCK,
    [FYSS_FOLDED] = YAML_BLOCK,
};

static struct str token_text(struct fy_token *token)
{
	size_t len = 0;
	const char *text = token ? fy_token_get_text(token, &len) : NULL;

	return text ? (struct str){text, len} : STR_EMPTY;
}

static bool refuse(
    struct reader *reader, enum err_code code, const struct fy_mark *mark, const char *text)
{
	return err_set_at(reader->err, code, reader->file, mark ? mark->line + 1 : 0,
	    mark ? mark->column + 1 : 0, "%s", text);
}

static bool add_anchor(struct reader *reader, struct fy_token *token)
{
	struct yaml_events *out = reader->out;

	if (!token)
		return true;
	if (out->anchor_count == YAML_ANCHORS_MAX)
		return refuse(reader, ERR_LIMIT, fy_token_start_mark(token),
		    "more than 1,000 anchors in one file");
	out->anchors[out->anchor_count].name = str_copy(reader->arena, token_text(token));
	out->anchors[out->anchor_count++].event = (uint32_t)out->count;
	return true;
}

/* What a tag says about its node. */
struct tagged {
	bool is_text;
	const struct yaml_tag *own; /* one of the caller's */
	bool kept;		    /* not known, kept as text */
};

static const struct yaml_tag *find_own(const struct reader *reader, struct str name)
{
	const struct yaml_tag *tags = reader->options->tags;

	for (size_t i = 0; tags && tags[i].name; i++)
		if (str_is(name, tags[i].name))
			return &tags[i];
	return NULL;
}

/* An unknown tag stands for a type of somebody else's; guessing would be wrong. */
static bool check_tag(struct reader *reader, struct fy_token *token, struct tagged *out)
{
	const struct fy_mark *mark;

	*out = (struct tagged){.is_text = false};
	if (!token)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(known_tags); i++) {
		if (!str_is(token_text(token), known_tags[i].tag))
			continue;
		out->is_text = known_tags[i].is_text;
		return true;
	}
	out->own = find_own(reader, token_text(token));
	out->kept = !out->own && reader->options->keep_tags;
	if (out->own || out->kept)
		return true;
	mark = fy_token_start_mark(token);
	return err_set_at(reader->err, ERR_SYNTAX, reader->file, mark ? mark->line + 1 : 0,
	    mark ? mark->column + 1 : 0, "the tag '%.*s' is not known; remove it",
	    STR_ARG(token_text(token)));
}

/* The next place in the list; what it is in counts it. */
static bool add_event(struct reader *reader, const struct yaml_event *event)
{
	struct yaml_events *out = reader->out;

	if (out->count == YAML_NODES_MAX)
		return err_set_at(reader->err, ERR_LIMIT, reader->file, 0, 0,
		    "more than %d values in one file", YAML_NODES_MAX);
	if (out->count == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : FIRST_CAP;

		out->list = arena_grow(reader->arena, out->list, out->cap * sizeof(*out->list),
		    cap * sizeof(*out->list));
		out->cap = cap;
	}
	if (reader->depth > 0)
		out->list[reader->open[reader->depth - 1]].children++;
	out->list[out->count] = *event;
	out->list[out->count].end = (uint32_t)out->count + 1;
	out->count++;
	return true;
}

static uint32_t place_of(const struct fy_mark *mark)
{
	return mark ? (uint32_t)mark->input_pos : YAML_NO_PLACE;
}

/* libfyaml's mark of a quoted text is behind the quote; a reader looks for the quote. */
static uint32_t place_of_scalar(const struct reader *reader, struct fy_event *event)
{
	uint32_t at = place_of(fy_event_start_mark(event));

	if (at == YAML_NO_PLACE || at == 0 || at > reader->text.len)
		return at;
	switch (fy_token_scalar_style(event->scalar.value)) {
	case FYSS_SINGLE_QUOTED:
		return at - (reader->text.ptr[at - 1] == '\'');
	case FYSS_DOUBLE_QUOTED:
		return at - (reader->text.ptr[at - 1] == '"');
	case FYSS_ANY:
	case FYSS_PLAIN:
	case FYSS_LITERAL:
	case FYSS_FOLDED:
	case FYSS_MAX:
		break;
	}
	return at;
}

/* The tag with what follows it, as it stands in the file. */
static void keep_tag(struct reader *reader, struct fy_event *event, struct yaml_event *node)
{
	const struct fy_mark *from = fy_token_start_mark(event->scalar.tag);
	const struct fy_mark *to =
	    fy_token_end_mark(node->text.len > 0 ? event->scalar.value : event->scalar.tag);

	bool quoted = node->style == YAML_QUOTED && node->text.len > 0;
	size_t end;

	node->style = YAML_TAGGED;
	if (!from || !to || to->input_pos > reader->text.len || from->input_pos > to->input_pos)
		return;
	/* the mark stands in front of a closing quote */
	end = to->input_pos + (quoted && to->input_pos < reader->text.len);
	node->at = place_of(from);
	node->text = str_trim_end(str_from_to(reader->text, from->input_pos, end));
}

static bool on_scalar(struct reader *reader, struct fy_event *event)
{
	struct fy_token *token = event->scalar.value;
	struct yaml_event node = {.kind = YAML_EVENT_SCALAR, .style = YAML_PLAIN};
	struct tagged tagged;

	if (!check_tag(reader, event->scalar.tag, &tagged) ||
	    !add_anchor(reader, event->scalar.anchor))
		return false;
	node.at = place_of_scalar(reader, event);
	node.text = str_copy(reader->arena, token_text(token));
	node.tag = tagged.own;
	if (token && fy_token_scalar_style(token) >= 0)
		node.style = styles[fy_token_scalar_style(token)];
	/* what libfyaml makes of an empty block at the end of the file */
	if (node.style == YAML_BLOCK && node.text.len == 1 && node.text.ptr[0] == '\0')
		node.text = STR_EMPTY;
	if (tagged.is_text && node.style == YAML_PLAIN)
		node.style = YAML_QUOTED;
	if (tagged.own && tagged.own->kind == VALUE_UNKNOWN && node.text.len > 0)
		return refuse(reader, ERR_SYNTAX, fy_token_start_mark(event->scalar.tag),
		    "this tag stands alone, without a value behind it");
	if (tagged.kept)
		keep_tag(reader, event, &node);
	return add_event(reader, &node);
}

static bool on_alias(struct reader *reader, struct fy_event *event)
{
	struct yaml_event node = {
	    .kind = YAML_EVENT_ALIAS,
	    .at = place_of(fy_event_start_mark(event)),
	    .text = str_copy(reader->arena, token_text(event->alias.anchor)),
	};

	return add_event(reader, &node);
}

static bool on_start(struct reader *reader, struct fy_event *event, enum yaml_event_kind kind)
{
	bool is_map = kind == YAML_EVENT_MAP;
	struct fy_token *tag = is_map ? event->mapping_start.tag : event->sequence_start.tag;
	struct fy_token *anchor =
	    is_map ? event->mapping_start.anchor : event->sequence_start.anchor;
	struct yaml_event node = {.kind = kind, .at = place_of(fy_event_start_mark(event))};
	struct tagged tagged;

	if (reader->depth == YAML_DEPTH_MAX)
		return refuse(reader, ERR_LIMIT, fy_event_start_mark(event),
		    "lists and maps stand more than 64 deep in each other");
	if (!check_tag(reader, tag, &tagged))
		return false;
	if (tagged.kept || (tagged.own && tagged.own->kind == VALUE_UNKNOWN))
		return refuse(reader, ERR_SYNTAX, fy_token_start_mark(tag),
		    "no list or map can stand behind this tag");
	node.tag = tagged.own;
	if (!add_anchor(reader, anchor) || !add_event(reader, &node))
		return false;
	reader->open[reader->depth++] = (uint32_t)reader->out->count - 1;
	return true;
}

static bool on_end(struct reader *reader)
{
	if (reader->depth == 0)
		return err_set(reader->err, ERR_BUG, "libfyaml ends what it did not begin");
	reader->depth--;
	reader->out->list[reader->open[reader->depth]].end = (uint32_t)reader->out->count;
	return true;
}

static bool on_document(struct reader *reader, struct fy_event *event)
{
	if (reader->documents++ == 0)
		return true;
	return refuse(reader, ERR_SYNTAX, fy_event_start_mark(event),
	    "a second document begins here; one file holds one document");
}

static bool on_event(struct reader *reader, struct fy_event *event)
{
	switch (event->type) {
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_DOCUMENT_END:
		return true;
	case FYET_DOCUMENT_START:
		return on_document(reader, event);
	case FYET_SCALAR:
		return on_scalar(reader, event);
	case FYET_ALIAS:
		return on_alias(reader, event);
	case FYET_SEQUENCE_START:
		return on_start(reader, event, YAML_EVENT_LIST);
	case FYET_MAPPING_START:
		return on_start(reader, event, YAML_EVENT_MAP);
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		return on_end(reader);
	}
	return true;
}

/* The first of what libfyaml complains about: the others mostly follow from it. */
static bool tell_error(struct reader *reader, struct fy_diag *diag)
{
	void *at = NULL;
	const struct fy_diag_error *first = fy_diag_errors_iterate(diag, &at);

	if (!first || !first->msg)
		return err_set_at(reader->err, ERR_SYNTAX, reader->file, 0, 0, "this is not YAML");
	return err_set_at(
	    reader->err, ERR_SYNTAX, reader->file, first->line, first->column, "%s", first->msg);
}

static struct fy_diag *make_diag(void)
{
	const struct fy_diag_cfg config = {.level = FYET_ERROR, .module_mask = ~0U};
	struct fy_diag *diag = fy_diag_create(&config);

	if (diag)
		fy_diag_set_collect_errors(diag, true);
	return diag;
}

bool yaml_events_read(struct arena *arena, const char *file, struct str text,
    const struct yaml_read_options *options, struct yaml_events *out, struct err *err)
{
	struct reader reader = {
	    .arena = arena, .file = file, .text = text, .options = options, .out = out, .err = err};
	struct fy_diag *diag CLEANUP(fy_diag_destroy_ptr) = make_diag();
	/* the depth is counted here; libfyaml's limit is about its own recursion, which events
	 * avoid */
	const struct fy_parse_cfg config = {
	    .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DISABLE_DEPTH_LIMIT |
		     FYPCF_ALLOW_DUPLICATE_KEYS | FYPCF_JSON_NONE,
	    .diag = diag,
	};
	struct fy_parser *parser CLEANUP(fy_parser_destroy_ptr) = fy_parser_create(&config);
	struct fy_event *event;

	out->list = NULL;
	out->count = out->cap = out->anchor_count = 0;
	if (!diag || !parser || fy_parser_set_string(parser, text.ptr, text.len) != 0)
		return err_set(err, ERR_BUG, "libfyaml cannot be started");
	while ((event = fy_parser_parse(parser)) != NULL) {
		bool good = on_event(&reader, event);

		fy_parser_event_free(parser, event);
		if (!good)
			return false;
	}
	return !fy_parser_get_stream_error(parser) || tell_error(&reader, diag);
}
