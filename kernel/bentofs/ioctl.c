// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl(2): what the module makes of it. Size and direction are what the command's number says.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "io.h"

long bento_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = file_inode(file);
	struct bento_mount *mount = bento_sb(inode->i_sb);
	const struct bento_file *bf = file->private_data;
	u32 size = _IOC_SIZE(cmd);
	struct fuse_ioctl_in args = {
		.fh = bf->fh,
		.cmd = cmd,
		.arg = arg,
		.in_size = _IOC_DIR(cmd) & _IOC_WRITE ? size : 0,
		.out_size = _IOC_DIR(cmd) & _IOC_READ ? size : 0,
	};
	void __user *data = (void __user *)arg;
	struct bento_call call;
	void *room = NULL;
	long err;

	if (bento_absent(mount, FUSE_IOCTL))
		return -ENOTTY;
	bento_call_of(&call, FUSE_IOCTL, bento_i(inode));
	call.handle_era = bf->era;
	bento_call_args(&call, &args, sizeof(args));
	if (args.in_size || args.out_size) {
		/*
		 * 16 KiB at most. What the module does not fill must not be what the kernel had
		 * there.
		 */
		room = kvzalloc(size, GFP_KERNEL_ACCOUNT);
		if (!room)
			return -ENOMEM;
		err = -EFAULT;
		if (args.in_size && copy_from_user(room, data, size))
			goto out;
		bento_call_data(&call, room, size);
	}
	err = bento_call(mount, &call);
	if (err) {
		err = err == -ENOSYS ? -ENOTTY : err;
		goto out;
	}
	err = bento_out(&call, struct fuse_ioctl_out)->result;
	if (args.out_size && copy_to_user(data, room, call.out.data_len))
		err = -EFAULT;
out:
	kvfree(room);
	return err;
}
