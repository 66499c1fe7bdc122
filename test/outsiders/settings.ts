// SPDX-License-Identifier: MIT OR Apache-2.0

/** How outsiders' suites are set up, wherever they run. */

/** pjdfstest.toml: what Linux has, and users that every Debian has. */
export const PJDFSTEST = `
[features]
posix_fallocate = {}
utime_now = {}
utimensat = {}
stat_st_birthtime = {}
[settings]
naptime = 0.02
allow_remount = false
[dummy_auth]
entries = [["nobody", "nogroup"], ["daemon", "daemon"]]
`;

/**
 * Cases of pjdfstest that are left out, by why: a mount is not remounted read-only by a test, LINK_MAX cannot be asked for, and a rename that
 * changes no ctime is allowed by POSIX.
 */
export const LEFT_OUT = ['erofs', 'link_count_max', 'rename::changed_ctime_success'];

/** fsx.toml: every kind of op that fsx has. */
export const FSX = `
flen = 1048576
[weights]
close_open = 1.0
invalidate = 1.0
mapread = 5.0
mapwrite = 5.0
read = 10.0
write = 10.0
truncate = 2.0
fsync = 1.0
fdatasync = 1.0
posix_fallocate = 2.0
punch_hole = 2.0
sendfile = 1.0
posix_fadvise = 1.0
copy_file_range = 2.0
`;
