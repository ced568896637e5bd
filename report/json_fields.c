#include "report/json_fields.h"

void json_field_text(struct jsonw *writer, const char *key, struct str text)
{
	jsonw_key(writer, key);
	if (text.len > 0)
		jsonw_str(writer, text);
	else
		jsonw_null(writer);
}

void json_field_string(struct jsonw *writer, const char *key, struct str text)
{
	jsonw_field_str(writer, key, text.len > 0 ? text : STR_EMPTY);
}

void json_field_size(struct jsonw *writer, const char *key, size_t size)
{
	jsonw_field_int(writer, key, (int64_t)size);
}

void json_field_tristate(struct jsonw *writer, const char *key, enum tristate tristate)
{
	jsonw_key(writer, key);
	if (tristate == TRI_UNKNOWN)
		jsonw_null(writer);
	else
		jsonw_bool(writer, tristate == TRI_YES);
}
