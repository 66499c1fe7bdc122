// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/fs/bentofs/mounts/ID: one mount. docs/kernel-interface.md describes each file.
 */
#include <linux/bitops.h>
#include <linux/slab.h>

#include "record/record.h"
#include "sysfs.h"

/* Over bento_mount.last_upgrade of every mount: it is read and replaced, nothing else. */
static DEFINE_SPINLOCK(result_lock);

static const struct bento_mount *mount_of(struct kobject *kobj)
{
	return container_of(kobj, struct bento_mount, kobj);
}

static ssize_t fs_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", mount_of(kobj)->fs->name);
}

/* Shows something of the version that the mount runs. */
static ssize_t show_version(struct kobject *kobj, char *buf,
			    int (*show)(char *buf, const struct bento_version *version))
{
	const struct bento_mount *mount = mount_of(kobj);
	int at = 0, err = lock_registry();

	if (err)
		return err;
	if (mount->instance)
		at = show(buf, mount->instance->version);
	mutex_unlock(&bento_registry_lock);
	return at;
}

static int show_module(char *buf, const struct bento_version *version)
{
	return sysfs_emit(buf, "%s\n", module_name_of(version));
}

static int show_build_id(char *buf, const struct bento_version *version)
{
	return sysfs_emit(buf, "%*phN\n", (int)version->build_id_len, version->build_id);
}

static int show_revision(char *buf, const struct bento_version *version)
{
	return sysfs_emit(buf, "%s\n", or_dash(version->revision));
}

static int show_schema(char *buf, const struct bento_version *version)
{
	return sysfs_emit(buf, "%u\n", version->desc->state_schema);
}

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return show_version(kobj, buf, show_module);
}

static ssize_t build_id_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return show_version(kobj, buf, show_build_id);
}

static ssize_t source_revision_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return show_version(kobj, buf, show_revision);
}

static ssize_t state_schema_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return show_version(kobj, buf, show_schema);
}

static ssize_t device_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct bento_mount *mount = mount_of(kobj);

	return sysfs_emit(buf, "%s\n", mount->sb->s_bdev ? mount->sb->s_id : "-");
}

static ssize_t dev_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const dev_t dev = mount_of(kobj)->sb->s_dev;

	return sysfs_emit(buf, "%u:%u\n", MAJOR(dev), MINOR(dev));
}

static u64 ended(const struct bento_mount *mount, unsigned int opcode)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(mount->ended, cpu)[opcode]);
	return sum;
}

static ssize_t ops_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct bento_mount *mount = mount_of(kobj);
	unsigned int opcode;
	int at = 0;

	for (opcode = 0; opcode < BENTO_OPCODES; opcode++) {
		const u64 count = ended(mount, opcode);

		if (!count)
			continue;
		if (bento_op_names[opcode])
			at += sysfs_emit_at(buf, at, "%s %llu\n", bento_op_names[opcode], count);
		else
			at += sysfs_emit_at(buf, at, "%u %llu\n", opcode, count);
	}
	return at;
}

static ssize_t in_flight_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", hweight64(atomic64_read(&mount_of(kobj)->slots)));
}

static ssize_t crashed_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct bento_mount *mount = mount_of(kobj);
	int at = 0, err = lock_registry();

	if (err)
		return err;
	at = sysfs_emit(buf, "%d\n", mount->instance && READ_ONCE(mount->instance->crashed));
	mutex_unlock(&bento_registry_lock);
	return at;
}

static ssize_t left_bytes_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", READ_ONCE(mount_of(kobj)->left_bytes));
}

static ssize_t recording_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", bento_rec_epoch(mount_of(kobj)));
}

static ssize_t last_upgrade_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct bento_mount *mount = mount_of(kobj);
	struct bento_upgrade_result r;
	bool any;

	spin_lock(&result_lock);
	any = mount->last_upgrade;
	if (any)
		r = *mount->last_upgrade;
	spin_unlock(&result_lock);
	if (!any)
		return 0;
	return sysfs_emit(
		buf,
		"error %d\nquiesce_ns %llu\nexport_ns %llu\nimport_ns %llu\nswap_ns %llu\npause_ns %llu\n"
		"state_bytes %llu\nat_ns %llu\nwhy %s\nwhole %s\n",
		-r.error, r.quiesce_ns, r.export_ns, r.import_ns, r.swap_ns, r.pause_ns,
		r.state_bytes, r.at_ns, r.why, r.whole);
}

static struct kobj_attribute fs_attr = __ATTR_RO(fs);
static struct kobj_attribute version_attr = __ATTR_RO(version);
static struct kobj_attribute build_id_attr = __ATTR_RO(build_id);
static struct kobj_attribute source_revision_attr = __ATTR_RO(source_revision);
static struct kobj_attribute state_schema_attr = __ATTR_RO(state_schema);
static struct kobj_attribute device_attr = __ATTR_RO(device);
static struct kobj_attribute dev_attr = __ATTR_RO(dev);
static struct kobj_attribute ops_attr = __ATTR_RO(ops);
static struct kobj_attribute in_flight_attr = __ATTR_RO(in_flight);
static struct kobj_attribute crashed_attr = __ATTR_RO(crashed);
static struct kobj_attribute left_bytes_attr = __ATTR_RO(left_bytes);
static struct kobj_attribute recording_attr = __ATTR_RO(recording);
static struct kobj_attribute last_upgrade_attr = __ATTR_RO(last_upgrade);

static struct attribute *mount_attrs[] = {
	&fs_attr.attr,
	&version_attr.attr,
	&build_id_attr.attr,
	&source_revision_attr.attr,
	&state_schema_attr.attr,
	&device_attr.attr,
	&dev_attr.attr,
	&ops_attr.attr,
	&in_flight_attr.attr,
	&crashed_attr.attr,
	&left_bytes_attr.attr,
	&recording_attr.attr,
	&last_upgrade_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(mount);

static void mount_gone(struct kobject *kobj)
{
	complete(&container_of(kobj, struct bento_mount, kobj)->kobj_gone);
}

static struct kobj_type mount_type = {
	.release = mount_gone,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = mount_groups,
};

/**
 * bento_sysfs_add_mount() - show a mount
 * @mount: complete but for its kobject, which is zero
 *
 * Return: 0 or a negative errno; then nothing needs to be undone.
 */
int bento_sysfs_add_mount(struct bento_mount *mount)
{
	int err;

	init_completion(&mount->kobj_gone);
	err = kobject_init_and_add(&mount->kobj, &mount_type, bento_mounts_folder, "%u", mount->id);
	if (err)
		kobject_end(&mount->kobj, &mount->kobj_gone);
	return err;
}

/**
 * bento_sysfs_del_mount() - no longer show a mount
 * @mount: the mount; may not have been added
 */
void bento_sysfs_del_mount(struct bento_mount *mount)
{
	struct bento_upgrade_result *last;

	kobject_end(&mount->kobj, &mount->kobj_gone);
	last = mount->last_upgrade;
	mount->last_upgrade = NULL;
	kfree(last);
}

/**
 * bento_sysfs_publish() - tell how a mount's upgrade ended
 * @mount: the mount
 * @result: kmalloc'ed; the mount's from now on
 */
void bento_sysfs_publish(struct bento_mount *mount, struct bento_upgrade_result *result)
{
	struct bento_upgrade_result *before;

	spin_lock(&result_lock);
	before = mount->last_upgrade;
	mount->last_upgrade = result;
	spin_unlock(&result_lock);
	kfree(before);
}
