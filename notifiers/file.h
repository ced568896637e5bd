/*
 * file.h: Markdown into a file, and the job summary. No network: done when made.
 * Layer: notifiers.
 */
#ifndef NOTIFIERS_FILE_H
#define NOTIFIERS_FILE_H

#include "notifiers/channels.h"

/* Markdown for a person's own disk: no service cuts it. */
#define FILE_MARKDOWN_MAX ((size_t)16 << 20)
/* 1 MiB a step; an oversized summary is lost as a whole (api-facts 1.1), so a little less. */
#define JOB_SUMMARY_MAX ((size_t)1000 << 10)

extern const struct notifier notifier_file;
extern const struct notifier notifier_job_summary;

#endif
