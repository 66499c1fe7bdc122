/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENTO_BUILD_ID_H
#define BENTO_BUILD_ID_H

#include <linux/types.h>

struct bento_module_desc;
struct module;

/*
 * What tells two builds of a module apart: the linker's build id, or without one a hash of the
 * description. How many bytes of `id` it filled.
 */
unsigned int bento_build_id(const struct module *owner, const struct bento_module_desc *desc,
			    u8 *id, unsigned int room);

#endif /* BENTO_BUILD_ID_H */
