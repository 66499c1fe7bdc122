/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The services, as a module calls them: rust-fs/libbentoks/src/ffi.rs in C. Each is documented where it is defined.
 */
#ifndef BENTO_SERVICES_H
#define BENTO_SERVICES_H

#include "../bentofs.h"

struct bento_buf;
struct bento_cond;
struct bento_lock;
struct bento_task;

void bento_ks_panic(const u8 *message, size_t message_len, const u8 *file, size_t file_len, u32 line, u32 column);

u8 *bento_ks_alloc(size_t size, size_t align);
u8 *bento_ks_alloc_zeroed(size_t size, size_t align);
void bento_ks_free(u8 *ptr, size_t size, size_t align);
u8 *bento_ks_realloc(u8 *ptr, size_t old_size, size_t align, size_t new_size);

void bento_ks_log(u32 level, const u8 *text, size_t len);
s64 bento_ks_time_now(void);
void bento_ks_random(u8 *ptr, size_t len);

struct bento_lock *bento_ks_lock_new(u32 kind, u32 class, u64 key);
void bento_ks_lock_free(struct bento_lock *lock);
void bento_ks_lock_shared(struct bento_lock *lock);
void bento_ks_lock_exclusive(struct bento_lock *lock);
void bento_ks_unlock_shared(struct bento_lock *lock);
void bento_ks_unlock_exclusive(struct bento_lock *lock);

struct bento_cond *bento_ks_cond_new(void);
void bento_ks_cond_free(struct bento_cond *cond);
void bento_ks_cond_wait(struct bento_cond *cond, struct bento_lock *mutex);
void bento_ks_cond_notify(struct bento_cond *cond, u32 all);

struct bento_task *bento_ks_thread_spawn(void (*run)(void *arg), void *arg, const u8 *name, size_t name_len);
void bento_ks_thread_join(struct bento_task *thread);

struct bento_task *bento_ks_work_new(void (*run)(void *arg), void *arg, const u8 *name, size_t name_len);
u32 bento_ks_work_queue(struct bento_task *work, u64 delay_ns);
u32 bento_ks_work_cancel(struct bento_task *work);
void bento_ks_work_flush(struct bento_task *work);
void bento_ks_work_free(struct bento_task *work);

s32 bento_ks_dev_info(u64 number, struct bento_dev_info *info);
s32 bento_ks_dev_read(u64 number, u64 offset, const struct bento_seg *segs, u32 nsegs);
s32 bento_ks_dev_write(u64 number, u64 offset, const struct bento_seg *segs, u32 nsegs, u32 flags);
s32 bento_ks_dev_flush(u64 number);
s32 bento_ks_dev_sync(u64 number);
s32 bento_ks_dev_discard(u64 number, u64 first, u64 blocks);

s32 bento_ks_buf_get(u64 dev, u64 block, u32 flags, struct bento_buf **buf);
u8 *bento_ks_buf_lock(struct bento_buf *buf, u32 flags);
void bento_ks_buf_unlock(struct bento_buf *buf, u32 flags);
void bento_ks_buf_dirty(struct bento_buf *buf);
void bento_ks_buf_put(struct bento_buf *buf);

#endif /* BENTO_SERVICES_H */
