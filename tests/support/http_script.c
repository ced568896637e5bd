#include "tests/support/http_script.h"

#include <regex.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"

static bool matches(const char *pattern, struct arena *arena, const struct script_record *record)
{
	struct str line =
	    str_format(arena, "%s %s", record->request.method, str_to_c(arena, record->path));
	regmatch_t match;
	regex_t regex;
	bool fits;

	if (regcomp(&regex, pattern, REG_EXTENDED) != 0)
		abort();
	fits = regexec(&regex, line.ptr, 1, &match, 0) == 0 && match.rm_so == 0 &&
	       (size_t)match.rm_eo == line.len;
	regfree(&regex);
	return fits;
}

static struct script_rule *find_rule(struct http_script *script, const struct script_record *record)
{
	for (size_t i = 0; i < script->rule_count; i++) {
		struct script_rule *rule = &script->rules[i];
		unsigned number;

		if (!matches(rule->pattern, script->arena, record))
			continue;
		number = rule->matches++;
		if (number >= rule->after && (!rule->times || number - rule->after < rule->times))
			return rule;
	}
	return NULL;
}

static void set_headers(struct arena *arena, struct str text, struct http_reply *reply)
{
	struct http_header *headers = arena_array(arena, struct http_header, HTTP_HEADERS_MAX);
	struct str line;
	size_t colon;

	reply->headers = headers;
	while (str_line(&text, &line) && reply->header_count < HTTP_HEADERS_MAX) {
		if (!str_find_char(line, ':', &colon))
			continue;
		headers[reply->header_count++] = (struct http_header){
		    str_from_to(line, 0, colon), str_trim(str_skip(line, colon + 1))};
	}
}

static struct str path_of(struct str url)
{
	struct http_url parts;

	return http_url_parse(url, &parts) ? parts.path : url;
}

static void answer(struct http_script *script, struct arena *arena, struct script_record *record,
    struct http_reply *reply)
{
	struct script_rule *rule = find_rule(script, record);
	struct server_request request = {
	    .method = str_from(record->request.method),
	    .path = record->path,
	    .headers = STR_EMPTY,
	    .body = record->request.body,
	};
	struct server_answer result = {
	    .status = 404, .headers = STR_EMPTY, .body = STR("{\"message\":\"Not Found\"}")};
	bool handled = !rule || (rule->failure ? rule->handled : rule->status == 0);

	if (handled && script->handler)
		script->handler(script->context, arena, &request, &result);
	if (rule && rule->status) {
		result.status = rule->status;
		result.body = str_from(rule->body);
		result.headers = str_from(rule->headers);
	}
	*reply = (struct http_reply){.failure_text = STR_EMPTY, .body = STR_EMPTY};
	if (rule)
		record->at += (uint64_t)rule->delay_ms * 1000000;
	if (rule && rule->failure) {
		reply->failure = rule->failure;
		reply->failure_text = STR("host: broken by the script");
		return;
	}
	reply->status = result.status;
	reply->body = result.body;
	set_headers(arena, result.headers, reply);
}

static bool script_begin(void *state, struct arena *arena, const struct http_request *request,
    struct http_reply *reply, uint64_t deadline, struct err *err)
{
	struct http_script *script = state;
	struct script_record *record = &script->records[script->record_count];
	uint64_t now = script->clock ? script->clock->monotonic : 0;

	if (script->closed)
		return err_set(err, ERR_NETWORK, "%s", script->closed);
	if (script->record_count++ == SCRIPT_RECORDS_MAX)
		abort();
	*record = (struct script_record){.request = *request,
	    .path = path_of(request->url),
	    .round = script->rounds,
	    .reply = reply,
	    .at = now};
	answer(script, arena, record, &record->kept);
	if (script->clock && deadline && record->at > deadline) {
		record->at = deadline;
		record->kept = (struct http_reply){.failure = HTTP_MAYBE_SENT,
		    .failure_text = STR("host: no answer in time"),
		    .body = STR_EMPTY};
	}
	*reply = (struct http_reply){
	    .failure = HTTP_PENDING, .failure_text = STR_EMPTY, .body = STR_EMPTY};
	return true;
}

/* The earliest of the pending ones; NULL when there is none. */
static const struct script_record *first_pending(const struct http_script *script)
{
	const struct script_record *first = NULL;

	for (size_t i = 0; i < script->record_count; i++) {
		const struct script_record *record = &script->records[i];

		if (record->reply && (!first || record->at < first->at))
			first = record;
	}
	return first;
}

static void script_wait(void *state, uint64_t until)
{
	struct http_script *script = state;
	const struct script_record *first = first_pending(script);
	uint64_t at;
	uint64_t now = script->clock ? script->clock->monotonic : 0;

	if (!first)
		return;
	at = until && until < first->at ? until : first->at;
	if (at > now)
		script->clock->sys.sleep(script->clock->sys.state, at - now);
	for (size_t i = 0; i < script->record_count; i++) {
		struct script_record *record = &script->records[i];

		if (!record->reply || record->at > at)
			continue;
		*record->reply = record->kept;
		record->reply = NULL;
	}
	script->rounds++;
}

void http_script_init(
    struct http_script *script, struct arena *arena, server_handler *handler, void *context)
{
	*script = (struct http_script){.arena = arena, .handler = handler, .context = context};
	script->http = (struct http){.state = script, .begin = script_begin, .wait = script_wait};
}

void http_script_rule(struct http_script *script, struct script_rule rule)
{
	if (script->rule_count == SCRIPT_RULES_MAX)
		abort();
	script->rules[script->rule_count++] = rule;
}

size_t http_script_count(const struct http_script *script, const char *pattern)
{
	size_t count = 0;

	for (size_t i = 0; i < script->record_count; i++)
		if (matches(pattern, script->arena, &script->records[i]))
			count++;
	return count;
}

const struct script_record *http_script_last(const struct http_script *script, const char *pattern)
{
	for (size_t i = script->record_count; i > 0; i--)
		if (matches(pattern, script->arena, &script->records[i - 1]))
			return &script->records[i - 1];
	abort();
}
