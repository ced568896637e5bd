/*
 * plan_document.h: where in an input the JSON document of a plan begins, and what else is there.
 *
 * A log of a CI system may surround the document, several documents may follow each other, and
 * other programs write JSON too. A document is tried where a line begins with a curly bracket, and
 * behind the prefix of a log where a key of a plan follows; what it is, its top-level keys tell.
 * Reading stops at the first key that only a plan has.
 *
 * Errors: ERR_IO. Text that is no JSON is no error here but in `why`. Layer: parser.
 */
#ifndef PARSER_PLAN_DOCUMENT_H
#define PARSER_PLAN_DOCUMENT_H

#include "base/err.h"
#include "parser/plan.h"

enum document_kind {
	DOCUMENT_NONE, /* no JSON, or none that can be read: `why` says why not */
	DOCUMENT_PLAN,
	DOCUMENT_STREAM,    /* a line of a -json stream */
	DOCUMENT_STATE,	    /* terraform show -json without a plan */
	DOCUMENT_STATE_RAW, /* terraform.tfstate */
	DOCUMENT_SCHEMAS,   /* terraform providers schema -json */
	DOCUMENT_VALIDATE,  /* terraform validate -json */
	DOCUMENT_LIST,
	DOCUMENT_VERSION, /* nothing but versions */
	DOCUMENT_OTHER,
};

struct document {
	enum document_kind kind;
	uint64_t offset;
	bool starts_input;	 /* JSON is the first thing in the input */
	bool text_before;	 /* something else than JSON was skipped */
	size_t documents_before; /* JSON that is no plan was skipped */
	struct err
	    why; /* DOCUMENT_NONE: why the first candidate does not parse, if there was one */
};

/* The first plan or stream; else the first document of another kind; else DOCUMENT_NONE. */
NODISCARD bool document_find(const struct input *input, struct document *out, struct err *err);

/* "the JSON of a state, not of a plan" */
const char *document_kind_text(enum document_kind kind);

#endif
