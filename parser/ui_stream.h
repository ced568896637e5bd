/*
 * ui_stream.h: the inside of plan_read_stream(): one message of Terraform's -json output -> what it
 * adds to the plan. Source of the shapes: internal/command/views/json of Terraform and OpenTofu.
 *
 * Ownership: messages live in a scratch arena; what stays is copied. Layer: parser, private to
 * ui_stream*.c.
 */
#ifndef PARSER_UI_STREAM_H
#define PARSER_UI_STREAM_H

#include "parser/plan_build.h"

struct stream_figures {
	size_t add, change, destroy, import, forget, invoke;
};

struct stream {
	struct plan_build build;
	size_t messages;
	size_t plan_summaries;
	struct stream_figures planned;
	struct str summary_line; /* "Plan: 1 to add, ..." of the last one */
};

/* False: this is no message of the stream. */
bool stream_read_message(struct stream *stream, struct value message);

#endif
