/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mount options: options.c reads them, super.c acts on them.
 */
#ifndef BENTO_OPTIONS_H
#define BENTO_OPTIONS_H

#include <linux/fs_context.h>
#include <linux/fs_parser.h>

/* Longest that one op may run, unless told otherwise. */
#define BENTO_DEADLINE_MS 10000

/* fs_context.fs_private. */
struct bento_options {
	char *fs;				/* fs=NAME */
	char *fs_options; /* opt=STRING, several joined by commas; NULL without */
	bool mkfs;				/* make the file system first */
	unsigned int deadline_ms;		/* deadline=MS */
};

extern const struct fs_parameter_spec bento_parameters[];
int bento_init_fs_context(struct fs_context *fc);

/* super.c */
int bento_get_tree(struct fs_context *fc);
int bento_reconfigure(struct fs_context *fc);

#endif /* BENTO_OPTIONS_H */
