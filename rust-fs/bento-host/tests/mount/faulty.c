// SPDX-License-Identifier: MIT OR Apache-2.0
// A module written against the contract's structures alone. Its root directory is empty; looking a name up ends as the name says.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *ptr;
	size_t len;
};

struct request {
	uint64_t unique, nodeid;
	uint32_t opcode, uid, gid, pid, args_len, data_segs;
	const uint8_t *args;
	const char *name;
	size_t name_len;
	const char *name2;
	size_t name2_len;
	const void *data;
	size_t data_len;
};

struct reply {
	int32_t error;
	uint32_t out_len;
	size_t data_len;
	uint64_t out[40];
};

struct desc {
	uint32_t size;
	uint16_t abi_major, abi_minor;
	struct str fs_name, source_revision, lock_classes;
	uint32_t state_schema, state_schema_min, state_schema_max, needs_device;
	int32_t (*create)(const void *args, void **instance);
	void (*dispatch)(void *instance, const struct request *request, struct reply *reply);
	int32_t (*export_state)(void *instance, const void *sink);
	int32_t (*import_state)(const void *args, uint32_t schema, struct str state, void **instance);
	int32_t (*destroy)(void *instance, uint32_t discard);
	void *mkfs, *fsck, *explain;
};

extern _Noreturn void bento_ks_panic(const char *message, size_t message_len, const char *file, size_t file_len, uint32_t line,
				     uint32_t column);

enum { LOOKUP = 1, GETATTR = 3, ENOENT = 2, ENOSYS = 38 };

static volatile int never;

// What stands for an instance: it has no state.
static int stateless;

static int deeper(int depth)
{
	volatile char frame[4096];

	frame[depth & 4095] = (char)depth;
	return never ? depth : deeper(depth + 1) + frame[depth & 4095];
}

static int named(const struct request *request, const char *name)
{
	return request->name_len == strlen(name) && memcmp(request->name, name, request->name_len) == 0;
}

static void dispatch(void *instance, const struct request *request, struct reply *reply)
{
	static const char message[] = "it did as it was told to", file[] = "faulty.c";

	reply->out_len = 0;
	reply->data_len = 0;
	reply->error = ENOSYS;
	if (request->opcode == GETATTR) {
		// fuse_attr_out: no time to live, inode 1, a directory with two links.
		uint32_t *words = (uint32_t *)reply->out;

		memset(reply->out, 0, 104);
		reply->out[2] = 1;
		words[4 + 15] = 040755;
		words[4 + 16] = 2;
		reply->out_len = 104;
		reply->error = 0;
	}
	if (request->opcode != LOOKUP)
		return;
	reply->error = ENOENT;
	if (named(request, "panic"))
		bento_ks_panic(message, sizeof(message) - 1, file, sizeof(file) - 1, 1, 1);
	while (named(request, "loop") && !never)
		;
	if (named(request, "fault"))
		*(volatile int *)16 = 1;
	if (named(request, "recursion"))
		reply->error = deeper(0);
}

static int32_t create(const void *args, void **instance)
{
	*instance = &stateless;
	return 0;
}

static int32_t export_state(void *instance, const void *sink)
{
	return 0;
}

static int32_t import_state(const void *args, uint32_t schema, struct str state, void **instance)
{
	*instance = &stateless;
	return 0;
}

static int32_t destroy(void *instance, uint32_t discard)
{
	return 0;
}

static const struct desc description = {
	.size = sizeof(struct desc),
	.abi_major = 1,
	.fs_name = { "faulty", 6 },
	.state_schema = 1,
	.state_schema_min = 1,
	.state_schema_max = 1,
	.create = create,
	.dispatch = dispatch,
	.export_state = export_state,
	.import_state = import_state,
	.destroy = destroy,
};

const struct desc *bento_module_entry(void)
{
	return &description;
}
