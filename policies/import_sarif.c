#include "policies/import_sarif.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/utf8.h"
#include "parser/address.h"
#include "parser/canonical.h"
#include "policies/template.h"

#define TEXT_MAX       ((size_t)2000)
#define TITLE_MAX      ((size_t)300)
#define NAME_LIMIT     ((size_t)200)
#define URL_MAX	       ((size_t)1000)
#define PATH_MAX_BYTES ((size_t)4096)
#define LINE_LIMIT     100000000

struct reading {
	struct arena *arena;
	const char *file;
	size_t run, result; /* numbers, for errors */
	struct value document_run;
	struct str tool, slug; /* "tflint 0.50.0", "tflint" */
	struct imported_results *out;
	struct err *err;
};

/* --- reading --- */

static bool wrong(struct reading *reading, const char *where, const char *expected)
{
	err_set(reading->err, ERR_INVALID, "runs[%zu].results[%zu].%s: expected %s", reading->run,
	    reading->result, where, expected);
	return err_in_file(reading->err, reading->file);
}

/* A key that is not there gives null. */
static struct value at(struct value map, const char *key)
{
	const struct value *value = value_get_c(map, key);

	return value ? *value : value_null();
}

static struct value item(struct value list, size_t i)
{
	return list.kind == VALUE_LIST && i < list.len ? list.as.items[i] : value_null();
}

static struct str line_text(struct reading *reading, struct value value, size_t max)
{
	return utf8_printable(reading->arena, utf8_cut(value_text(value), max), true);
}

/* --- the rule of a result --- */

static struct value rules_of(const struct reading *reading, struct value reference)
{
	struct value tool = at(reading->document_run, "tool");
	int64_t extension = value_get_int(at(reference, "toolComponent"), "index", -1);

	if (extension >= 0)
		return at(item(at(tool, "extensions"), (size_t)extension), "rules");
	return at(at(tool, "driver"), "rules");
}

static struct str id_of(struct value result)
{
	struct str id = value_get_str(result, "ruleId");

	return id.len > 0 ? id : value_get_str(at(result, "rule"), "id");
}

/* "CA1000" of "CA1000/1" */
static bool is_id_of(struct str id, struct value rule)
{
	struct str of_rule = value_get_str(rule, "id");

	return id.len == 0 || str_eq(id, of_rule) ||
	       (str_eat(&id, of_rule) && str_starts(id, STR("/")));
}

/* By its index, else by its id; a result may also name a rule that nobody describes. */
static struct value rule_of(const struct reading *reading, struct value result)
{
	struct value reference = at(result, "rule"), rules = rules_of(reading, reference);
	int64_t index = value_get_int(result, "ruleIndex", value_get_int(reference, "index", -1));
	struct str id = id_of(result);

	if (index >= 0 && rules.kind == VALUE_LIST && index < rules.len &&
	    is_id_of(id, rules.as.items[index]))
		return rules.as.items[index];
	for (uint32_t i = 0; id.len > 0 && rules.kind == VALUE_LIST && i < rules.len; i++) {
		if (str_eq(value_get_str(rules.as.items[i], "id"), id))
			return rules.as.items[i];
	}
	return value_null();
}

/* What a person can type in a file of waivers: no blanks, nothing invisible. */
static struct str word_of(struct arena *arena, struct str text, bool lower)
{
	struct str clean = utf8_printable(arena, utf8_cut(text, NAME_LIMIT), true);
	char *word = str_to_c(arena, clean);

	for (size_t i = 0; i < clean.len; i++) {
		if (word[i] == ' ' || (lower && word[i] == ':'))
			word[i] = '-';
		else if (lower && word[i] >= 'A' && word[i] <= 'Z')
			word[i] = (char)(word[i] - 'A' + 'a');
	}
	return (struct str){word, clean.len};
}

/* --- words of SARIF --- */

/* A level, and the words for where it comes from. */
struct said_level {
	const char *word, *by_rule;
	enum level level;
};

static bool level_from(struct str word, bool is_of_rule, struct said_level *out)
{
	static const struct said_level levels[] = {
	    {"error", "error, by the rule", LEVEL_DENY},
	    {"warning", "warning, by the rule", LEVEL_WARN},
	    {"note", "note, by the rule", LEVEL_INFO},
	    {"none", "none, by the rule", LEVEL_INFO},
	};

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (str_is(word, levels[i].word)) {
			*out = levels[i];
			if (is_of_rule)
				out->word = levels[i].by_rule;
			return true;
		}
	}
	return false;
}

/* What a kind other than "fail" makes of a result. */
static const struct result_kind {
	const char *word, *said;
	bool counts, has_level;
	enum level level;
} kinds[] = {
    {"fail", "no level", true, true, LEVEL_WARN},
    {"open", "kind open", true, false, LEVEL_WARN},
    {"review", "kind review", true, false, LEVEL_WARN},
    {"informational", "kind informational", true, false, LEVEL_INFO},
    {"pass", "", false, false, LEVEL_INFO},
    {"notApplicable", "", false, false, LEVEL_INFO},
};

static const struct result_kind *kind_of(struct value result)
{
	struct str word = value_get_str(result, "kind");

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_is(word.len > 0 ? word : STR("fail"), kinds[i].word))
			return &kinds[i];
	}
	return NULL;
}

static bool read_level(struct reading *reading, struct value result, struct value rule,
    const struct result_kind *kind, struct said_level *out)
{
	struct value level = at(result, "level");
	bool is_of_rule = level.kind == VALUE_NULL;

	*out = (struct said_level){.word = kind->said, .level = kind->level};
	if (!kind->has_level)
		return true;
	if (is_of_rule)
		level = at(at(rule, "defaultConfiguration"), "level");
	if (level.kind == VALUE_NULL)
		return true;
	return level_from(value_text(level), is_of_rule, out) ||
	       wrong(reading, "level", "error, warning, note or none");
}

/* --- the message --- */

static char byte_at(struct str text, size_t i)
{
	if (i < text.len)
		return text.ptr[i];
	return '\0';
}

/* "{0}" -> arguments[0]; "{{" is a brace. */
static struct str with_arguments(struct arena *arena, struct str text, struct value arguments)
{
	struct buf buf;

	if (arguments.kind != VALUE_LIST)
		return text;
	buf_init(&buf, arena, TEMPLATE_MAX_RAW * 2);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i], next = byte_at(text, i + 1);
		bool closed = byte_at(text, i + 2) == '}';

		if (c == '{' && next >= '0' && next <= '9' && closed) {
			buf_add(&buf, value_text(item(arguments, (size_t)(next - '0'))));
			i += 2;
			continue;
		}
		buf_addc(&buf, c);
		i += (c == '{' || c == '}') && next == c;
	}
	return buf_str(&buf);
}

/* As the tool has it; secrets are looked for in it before it is made printable. */
static struct str message_of(struct reading *reading, struct value result, struct value rule)
{
	struct value message = at(result, "message");
	struct str text = value_get_str(message, "text"), id = value_get_str(message, "id");
	const struct value *template;

	if (text.len == 0 && id.len > 0) {
		template = value_get(at(rule, "messageStrings"), id);
		text = template ? value_get_str(*template, "text") : STR_EMPTY;
	}
	text = with_arguments(
	    reading->arena, utf8_cut(text, TEMPLATE_MAX_RAW), at(message, "arguments"));
	return str_trim(utf8_cut(text, TEMPLATE_MAX_RAW));
}

/* --- places --- */

static int hex(char c)
{
	static const struct str digits = STR_INIT("0123456789abcdef0123456789ABCDEF");
	size_t digit;

	return str_find_char(digits, c, &digit) ? (int)(digit % 16) : -1;
}

static struct str percent_decoded(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		int high = hex(byte_at(text, i + 1)), low = hex(byte_at(text, i + 2));

		if (text.ptr[i] == '%' && high >= 0 && low >= 0) {
			out[len++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[len] = text.ptr[i];
			if (out[len] == '\\')
				out[len] = '/';
			len++;
		}
	}
	return (struct str){out, len};
}

/* "file:///a/b" -> "/a/b"; other schemes name nothing that is here. */
static bool path_of_uri(struct arena *arena, struct str uri, struct str *path, bool *absolute)
{
	size_t colon, slash;

	if (str_eat(&uri, STR("file://"))) {
		if (!str_find_char(uri, '/', &slash))
			return false;
		uri = str_skip(uri, slash);
	} else if (str_eat(&uri, STR("file:"))) {
		/* file:/a/b */
	} else if (str_find_char(uri, ':', &colon) &&
		   (!str_find_char(uri, '/', &slash) || colon < slash)) {
		return false;
	}
	*path = percent_decoded(arena, uri);
	*absolute = str_starts(*path, STR("/"));
	return path->len > 0 && path->len < PATH_MAX_BYTES && utf8_is_valid(*path);
}

static struct str joined(struct arena *arena, struct str base, struct str uri)
{
	struct buf buf;

	if (base.len == 0)
		return uri;
	buf_init(&buf, arena, base.len + uri.len + 2);
	buf_add(&buf, base);
	if (!str_ends(base, STR("/")))
		buf_addc(&buf, '/');
	buf_add(&buf, uri);
	return buf_str(&buf);
}

/* A base may stand on another one; a few steps are enough for everybody. */
static struct str base_of(struct reading *reading, struct value artifact)
{
	struct value bases = at(reading->document_run, "originalUriBaseIds");
	struct str base = STR_EMPTY, id = value_get_str(artifact, "uriBaseId");

	for (int depth = 0; depth < 8 && id.len > 0; depth++) {
		const struct value *location = value_get(bases, id);

		if (!location)
			break;
		base = joined(reading->arena, value_get_str(*location, "uri"), base);
		id = value_get_str(*location, "uriBaseId");
	}
	return base;
}

static int line_number(struct value region, const char *key)
{
	int64_t number = value_get_int(region, key, 0);

	return number > 0 && number < LINE_LIMIT ? (int)number : 0;
}

static void read_place(struct reading *reading, struct value result, struct imported_result *out)
{
	struct value physical = at(item(at(result, "locations"), 0), "physicalLocation");
	struct value artifact = at(physical, "artifactLocation"), region = at(physical, "region");
	struct value artifacts = at(reading->document_run, "artifacts");
	int64_t index = value_get_int(artifact, "index", -1);
	struct str uri = value_get_str(artifact, "uri");

	out->path = STR_EMPTY;
	if (uri.len == 0 && index >= 0) {
		artifact = at(item(artifacts, (size_t)index), "location");
		uri = value_get_str(artifact, "uri");
	}
	if (uri.len == 0 || uri.len > PATH_MAX_BYTES)
		return;
	if (!str_starts(uri, STR("/")) && !str_starts(uri, STR("file:")))
		uri = joined(reading->arena, base_of(reading, artifact), uri);
	if (!path_of_uri(reading->arena, uri, &out->path, &out->absolute)) {
		out->path = STR_EMPTY;
		return;
	}
	out->line = line_number(region, "startLine");
	out->column = line_number(region, "startColumn");
}

static bool is_address(struct reading *reading, struct value logical, struct str *out)
{
	struct str name = value_get_str(logical, "fullyQualifiedName");
	struct str kind = value_get_str(logical, "kind");
	struct address parts;

	if ((kind.len > 0 && !str_is(kind, "resource")) || name.len > PATH_MAX_BYTES ||
	    !address_parse(reading->arena, name, &parts))
		return false;
	*out = name;
	return true;
}

/* Inside of `locations` or, in older files, beside them. */
static struct str address_of(struct reading *reading, struct value result)
{
	struct value location = item(at(result, "locations"), 0);
	struct value lists[] = {at(location, "logicalLocations"), at(result, "logicalLocations")};
	struct str address;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		for (uint32_t k = 0; lists[i].kind == VALUE_LIST && k < lists[i].len; k++) {
			if (is_address(reading, lists[i].as.items[k], &address))
				return address;
		}
	}
	return STR_EMPTY;
}

/* --- one result --- */

/* Accepted unless somebody refused it or has still to look: SARIF 3.27.23. */
static bool is_suppressed(struct value result, struct str *why)
{
	struct value list = at(result, "suppressions");

	*why = STR_EMPTY;
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.len; i++) {
		struct str status = value_get_str(list.as.items[i], "status");

		if (str_is(status, "rejected") || str_is(status, "underReview"))
			return false;
		if (why->len == 0)
			*why = value_get_str(list.as.items[i], "justification");
	}
	return list.kind == VALUE_LIST && list.len > 0;
}

static void suppress(struct reading *reading, struct finding *finding, struct str why)
{
	struct waiver *waiver = arena_make(reading->arena, struct waiver);

	*waiver = (struct waiver){.rule = finding->rule_id,
	    .resource = STR("*"),
	    .value = STR_EMPTY,
	    .reason = line_text(reading, value_string(why), TITLE_MAX),
	    .ticket = STR_EMPTY,
	    .approved_by = finding->tool,
	    .expires_text = STR_EMPTY,
	    .problem = STR_EMPTY,
	    .directory = STR_EMPTY,
	    .place = {.file = STR_EMPTY}};
	finding->fate = FATE_WAIVED;
	finding->level = LEVEL_INFO;
	finding->waiver = waiver;
}

/* What the tool calls the same finding; a text of its own when it has no name for it. */
static struct str value_print(
    struct reading *reading, struct value result, const struct finding *finding)
{
	struct value values[2] = {value_string(finding->rule_id), at(result, "fingerprints")};
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();

	if (values[1].kind != VALUE_MAP || values[1].len == 0)
		values[1] = at(result, "partialFingerprints");
	if (values[1].kind != VALUE_MAP || values[1].len == 0)
		values[1] = value_string(finding->message);
	return value_fingerprint(reading->arena, scratch, values, 2, STR_EMPTY);
}

static struct str description_of(struct value rule, const char *key)
{
	return value_get_str(at(rule, key), "text");
}

static void describe(struct reading *reading, struct value rule, struct finding *finding)
{
	struct str title = description_of(rule, "shortDescription");
	struct str description = description_of(rule, "fullDescription");

	if (title.len == 0)
		title = description.len > 0 ? description : value_get_str(rule, "name");
	finding->title = line_text(reading, value_string(title), TITLE_MAX);
	finding->description = STR_EMPTY;
	if (!str_eq(title, description))
		finding->description =
		    utf8_printable(reading->arena, utf8_cut(description, TEXT_MAX), false);
	finding->url = line_text(reading, at(rule, "helpUri"), URL_MAX);
}

static bool add_result(struct reading *reading, struct value result, const struct result_kind *kind)
{
	struct imported_result *out = &reading->out->items[reading->out->count];
	struct finding *finding = &out->finding;
	struct value rule = rule_of(reading, result);
	struct str id = id_of(result), message = message_of(reading, result, rule), why;
	struct said_level level;

	if (!read_level(reading, result, rule, kind, &level))
		return false;
	if (id.len == 0)
		id = value_get_str(rule, "id");
	id = word_of(reading->arena, id.len > 0 ? id : STR("unnamed"), false);
	*out = (struct imported_result){
	    .said = level.word, .document = reading->file, .address = address_of(reading, result)};
	*finding = (struct finding){.kind = FINDING_IMPORTED,
	    .rule_level = level.level,
	    .level = level.level,
	    .rule_id = str_format(reading->arena, "%.*s:%.*s", STR_ARG(reading->slug), STR_ARG(id)),
	    .place = {.file = STR_EMPTY},
	    .tool = reading->tool,
	    .directory = STR_EMPTY,
	    .address = STR_EMPTY,
	    .deposed = STR_EMPTY,
	    .item = STR_EMPTY,
	    .message = template_printable(reading->arena, message),
	    .message_made = message,
	    .remediation = STR_EMPTY,
	    .count = 1,
	    .fingerprint = STR_EMPTY,
	    .release = STR_EMPTY,
	    .file = STR_EMPTY,
	    .from_trusted = true,
	    .from_head = true};
	describe(reading, rule, finding);
	finding->value_fingerprint = value_print(reading, result, finding);
	read_place(reading, result, out);
	if (is_suppressed(result, &why))
		suppress(reading, finding, why);
	reading->out->count++;
	return true;
}

static bool read_result(struct reading *reading, struct value result)
{
	const struct result_kind *kind = kind_of(result);

	if (result.kind != VALUE_MAP) {
		err_set(reading->err, ERR_INVALID, "runs[%zu].results[%zu]: expected an object",
		    reading->run, reading->result);
		return err_in_file(reading->err, reading->file);
	}
	if (at(result, "message").kind != VALUE_MAP)
		return wrong(reading, "message", "an object with a text");
	if (!kind)
		return wrong(
		    reading, "kind", "fail, pass, open, review, informational or notApplicable");
	if (!kind->counts || str_is(value_get_str(result, "baselineState"), "absent")) {
		reading->out->passed_over++;
		return true;
	}
	return add_result(reading, result, kind);
}

/* --- runs --- */

static bool read_tool(struct reading *reading)
{
	struct value driver = at(at(reading->document_run, "tool"), "driver");
	struct str name = line_text(reading, at(driver, "name"), NAME_LIMIT);
	struct value version = at(driver, "semanticVersion");
	struct str number;

	if (name.len == 0) {
		err_set(reading->err, ERR_INVALID, "runs[%zu].tool.driver.name: expected a string",
		    reading->run);
		return err_in_file(reading->err, reading->file);
	}
	if (version.kind != VALUE_STRING)
		version = at(driver, "version");
	number = line_text(reading, version, NAME_LIMIT);
	reading->slug = word_of(reading->arena, name, true);
	reading->tool = name;
	if (number.len > 0)
		reading->tool =
		    str_format(reading->arena, "%.*s %.*s", STR_ARG(name), STR_ARG(number));
	return true;
}

static bool make_room(struct reading *reading, size_t more)
{
	struct imported_results *out = reading->out;
	size_t size = sizeof(*out->items);

	if (more > IMPORT_RESULTS_MAX || out->count + more > IMPORT_RESULTS_MAX) {
		err_set(reading->err, ERR_LIMIT, "more than %d results of other tools",
		    IMPORT_RESULTS_MAX);
		return err_in_file(reading->err, reading->file);
	}
	out->items =
	    arena_grow(reading->arena, out->items, out->count * size, (out->count + more) * size);
	return true;
}

static bool read_run(struct reading *reading)
{
	struct value results = at(reading->document_run, "results");

	/* A run that could not look has none. */
	if (results.kind == VALUE_NULL)
		return true;
	if (results.kind != VALUE_LIST) {
		err_set(reading->err, ERR_INVALID, "runs[%zu].results: expected a list, not %s",
		    reading->run, value_kind_name((enum value_kind)results.kind));
		return err_in_file(reading->err, reading->file);
	}
	if (!read_tool(reading) || !make_room(reading, results.len))
		return false;
	for (reading->result = 0; reading->result < results.len; reading->result++) {
		if (!read_result(reading, results.as.items[reading->result]))
			return false;
	}
	return true;
}

/* "2.1.0"; the drafts of it ("2.1.0-rtm.5") were the same for what is read here. */
static bool check_document(const char *file, struct value document, struct err *err)
{
	struct str version = value_get_str(document, "version");

	if (document.kind != VALUE_MAP || at(document, "runs").kind != VALUE_LIST)
		return err_set(err, ERR_INVALID,
			   "expected a SARIF document, an object with 'version' and 'runs'") ||
		       err_in_file(err, file);
	if (!str_starts(version, STR("2.1.0")))
		return err_set(err, ERR_INVALID, "expected SARIF of version 2.1.0, not '%.*s'",
			   STR_ARG(utf8_cut(version, 40))) ||
		       err_in_file(err, file);
	return true;
}

bool import_sarif(struct arena *arena, const char *file, struct str text,
    struct imported_results *out, struct err *err)
{
	struct reading reading = {.arena = arena, .file = file, .out = out, .err = err};
	struct jsonr json = {.file = file};
	struct value document, runs;

	if (!jsonr_read(arena, text, &json, &document, err) || !check_document(file, document, err))
		return false;
	runs = at(document, "runs");
	for (reading.run = 0; reading.run < runs.len; reading.run++) {
		reading.document_run = runs.as.items[reading.run];
		if (!read_run(&reading))
			return false;
	}
	return true;
}
