/*
 * pack_docs.h: the pages of docs/packs/, made from the YAML of a pack, which has the tests that the
 * embedded form lacks.
 *
 * Errors: ERR_IO, and ERR_INVALID with the first problem of the file. Layer: cmd.
 */
#ifndef CMD_PACK_DOCS_H
#define CMD_PACK_DOCS_H

#include "base/buf.h"
#include "base/compiler.h"

struct err;

/* docs/packs/NAME.md of policies/packs/NAME.yaml. */
NODISCARD bool pack_docs_page(struct buf *buf, const char *path, struct err *err);
/* docs/packs/README.md: all packs with their rules. */
NODISCARD bool pack_docs_index(
    struct buf *buf, const char *const *paths, size_t count, struct err *err);

#endif
