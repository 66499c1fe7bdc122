/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The services, as a module calls them: rust-fs/libbentoks/src/ffi.rs in C. Each is documented
 * where it is defined.
 *
 * Locks, blocks and tasks are void pointers here: what they point to is nobody's business outside,
 * and would be part of the symbols' versions (CONFIG_MODVERSIONS), so that every change inside
 * would refuse modules whose contract has not changed.
 */
#ifndef BENTO_SERVICES_H
#define BENTO_SERVICES_H

#include "../bentofs.h"

void bento_ks_panic(const u8 *message, size_t message_len, const u8 *file, size_t file_len,
		    u32 line, u32 column);

u8 *bento_ks_alloc(size_t size, size_t align);
u8 *bento_ks_alloc_zeroed(size_t size, size_t align);
void bento_ks_free(u8 *ptr, size_t size, size_t align);
u8 *bento_ks_realloc(u8 *ptr, size_t old_size, size_t align, size_t new_size);

void bento_ks_log(u32 level, const u8 *text, size_t len);
s64 bento_ks_time_now(void);
void bento_ks_random(u8 *ptr, size_t len);

void *bento_ks_lock_new(u32 kind, u32 class, u64 key);
void bento_ks_lock_free(void *lock);
void bento_ks_lock_shared(void *lock);
void bento_ks_lock_exclusive(void *lock);
void bento_ks_unlock_shared(void *lock);
void bento_ks_unlock_exclusive(void *lock);

void *bento_ks_cond_new(void);
void bento_ks_cond_free(void *cond);
void bento_ks_cond_wait(void *cond, void *mutex);
void bento_ks_cond_notify(void *cond, u32 all);

void *bento_ks_thread_spawn(void (*run)(void *arg), void *arg, const u8 *name, size_t name_len);
void bento_ks_thread_join(void *thread);

void *bento_ks_work_new(void (*run)(void *arg), void *arg, const u8 *name, size_t name_len);
u32 bento_ks_work_queue(void *work, u64 delay_ns);
u32 bento_ks_work_cancel(void *work);
void bento_ks_work_flush(void *work);
void bento_ks_work_free(void *work);

s32 bento_ks_dev_info(u64 number, struct bento_dev_info *info);
s32 bento_ks_dev_read(u64 number, u64 offset, const struct bento_seg *segs, u32 nsegs);
s32 bento_ks_dev_write(u64 number, u64 offset, const struct bento_seg *segs, u32 nsegs, u32 flags);
s32 bento_ks_dev_flush(u64 number);
s32 bento_ks_dev_sync(u64 number);
s32 bento_ks_dev_discard(u64 number, u64 first, u64 blocks);

s32 bento_ks_buf_get(u64 dev, u64 block, u32 flags, void **buf);
u8 *bento_ks_buf_lock(void *buf, u32 flags);
void bento_ks_buf_unlock(void *buf, u32 flags);
void bento_ks_buf_dirty(void *buf);
void bento_ks_buf_put(void *buf);

#endif /* BENTO_SERVICES_H */
