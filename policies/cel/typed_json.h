/*
 * typed_json.h: values of expressions as JSON that keeps their types: the protojson form of
 * cel.expr.Value, which the conformance suites use.
 *
 *	{"int64Value":"1"} {"uint64Value":"1"} {"doubleValue":1.5}
 *	{"boolValue":true} {"stringValue":"a"} {"bytesValue":"YQ=="} {"nullValue":null}
 *	{"typeValue":"int"} {"listValue":{"values":[...]}}
 *	{"mapValue":{"entries":[{"key":...,"value":...}]}}
 *	{"objectValue":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.5s"}}
 *
 * with "NaN", "Infinity" and "-Infinity" among the doubles, and the same for
 * google.protobuf.Timestamp. Read, too: the wrapper types (google.protobuf.Int32Value and so on) as
 * their scalars; Value, Struct and ListValue as plain JSON; numbers as strings or as numbers;
 * base64 of both alphabets with or without padding. Ours: {"unknown":["path"]} for a value that is
 * not known, also inside of lists and maps. Written only: {"optionalValue":{"value":...}}, and
 * addresses and versions as an objectValue with the name of their type.
 *
 * Limits: what is read is as deep as jsonr_read() allows; what is written TYPED_DEPTH_MAX.
 * Errors: ERR_INVALID names the place (".values[1].key") and what was expected there.
 * Ownership: the arena's; texts may be views of the JSON. Layer: policies.
 */
#ifndef POLICIES_CEL_TYPED_JSON_H
#define POLICIES_CEL_TYPED_JSON_H

#include "policies/cel/value.h"

struct buf;
struct err;

#define TYPED_DEPTH_MAX 400

NODISCARD bool typed_json_read(
    struct arena *arena, struct value json, struct value *out, struct err *err);

/* Appends; ERR_LIMIT over TYPED_DEPTH_MAX or over the limit of `buf`, ERR_INVALID for an error. */
NODISCARD bool typed_json_write(struct buf *buf, struct value value, struct err *err);

#endif
