#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""The corners of POSIX that programs seldom reach, in the working directory, each checked as it is done.

Recorded as the golden trace posix-corners: what this asks, a replay compares. It runs on any Linux file system; what a file
system does not have is left out (and said on standard error).
"""

import ctypes
import errno
import os
import stat
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, AT_EMPTY_PATH = -100, 0x1000
NOREPLACE, EXCHANGE = 1, 2
KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE = 0x01, 0x02, 0x10
BLOCK = 4096


def check(code):
    if code < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return code


def renameat2(old, new, flags):
    check(LIBC.renameat2(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new), flags))


def fallocate(fd, mode, offset, length):
    check(LIBC.fallocate(fd, mode, ctypes.c_int64(offset), ctypes.c_int64(length)))


def fails(number, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except OSError as error:
        assert error.errno == number, f"{error}, expected {errno.errorcode[number]}"
        return
    raise AssertionError(f"{call} succeeded, expected {errno.errorcode[number]}")


def open_new(path, flags=0):
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | flags, 0o644)


def fresh_read(fd, length, offset):
    """Reads past the kernel's page cache: what the file system itself says."""
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    return os.pread(fd, length, offset)


def pattern(length, seed):
    """Bytes that compress well and yet tell every 64-byte line from every other."""
    lines = (b"%08d:%08d " % (seed, i) for i in range(length // 18 + 1))
    return b"".join(lines)[:length]


def truncate_and_extend():
    fd = open_new("cut")
    os.pwrite(fd, pattern(3 * BLOCK, 1), 0)
    os.ftruncate(fd, BLOCK + 100)
    os.ftruncate(fd, 3 * BLOCK)
    got = fresh_read(fd, 3 * BLOCK, 0)
    assert got == pattern(3 * BLOCK, 1)[: BLOCK + 100] + bytes(2 * BLOCK - 100), "stale bytes after truncate and extend"
    # The tail of the last block, met by a later write beyond it.
    os.ftruncate(fd, 50)
    os.pwrite(fd, b"after", 2000)
    got = fresh_read(fd, BLOCK, 0)
    assert got == pattern(50, 1) + bytes(1950) + b"after"
    os.ftruncate(fd, 0)
    assert os.fstat(fd).st_size == 0 and os.fstat(fd).st_blocks == 0
    fails(errno.EINVAL, os.ftruncate, fd, -1)
    os.close(fd)
    with open("cut", "wb") as again:
        again.write(b"x" * 10)
    assert os.stat("cut").st_size == 10
    os.truncate("cut", 1 << 33)
    assert os.stat("cut").st_size == 1 << 33
    os.truncate("cut", 3)


def holes_and_ranges():
    fd = open_new("sparse")
    for index in (0, 3, 4, 9, 100, 5000):
        os.pwrite(fd, pattern(BLOCK, index), index * BLOCK)
    blocks = os.fstat(fd).st_blocks
    assert blocks >= 48, blocks
    found, at = [], 0
    while True:
        try:
            data = os.lseek(fd, at, os.SEEK_DATA)
        except OSError as error:
            assert error.errno == errno.ENXIO
            break
        at = os.lseek(fd, data, os.SEEK_HOLE)
        found.append((data // BLOCK, at // BLOCK))
    assert found == [(0, 1), (3, 5), (9, 10), (100, 101), (5000, 5001)], found
    assert os.lseek(fd, 3 * BLOCK + 7, os.SEEK_DATA) == 3 * BLOCK + 7
    assert fresh_read(fd, 3 * BLOCK, 0) == pattern(BLOCK, 0) + bytes(2 * BLOCK)
    # A hole inside, across blocks and parts of them.
    fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 3 * BLOCK + 1000, BLOCK)
    whole = pattern(BLOCK, 3) + pattern(BLOCK, 4)
    assert fresh_read(fd, 2 * BLOCK, 3 * BLOCK) == whole[:1000] + bytes(BLOCK) + whole[1000 + BLOCK :]
    fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 3 * BLOCK, 2 * BLOCK)
    assert fresh_read(fd, 2 * BLOCK, 3 * BLOCK) == bytes(2 * BLOCK)
    assert os.fstat(fd).st_blocks < blocks
    assert os.lseek(fd, BLOCK, os.SEEK_DATA) == 9 * BLOCK
    # Written again at once, where blocks were freed a moment ago.
    os.pwrite(fd, pattern(BLOCK, 33), 3 * BLOCK)
    assert fresh_read(fd, 2 * BLOCK, 3 * BLOCK) == pattern(BLOCK, 33) + bytes(BLOCK)
    fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 3 * BLOCK, BLOCK)
    zero_range(fd)
    size = os.fstat(fd).st_size
    fallocate(fd, KEEP_SIZE, size, 8 * BLOCK)
    assert os.fstat(fd).st_size == size
    fallocate(fd, 0, size, BLOCK)
    assert os.fstat(fd).st_size == size + BLOCK
    assert fresh_read(fd, BLOCK, size) == bytes(BLOCK)
    fails(errno.EOPNOTSUPP, fallocate, fd, PUNCH_HOLE, 0, BLOCK)
    # Grown into what was set aside, and cut out of it.
    os.pwrite(fd, b"grown", size + 2 * BLOCK)
    assert fresh_read(fd, 3 * BLOCK, size) == bytes(2 * BLOCK) + b"grown"
    os.ftruncate(fd, 200 * BLOCK)
    os.close(fd)


def zero_range(fd):
    try:
        fallocate(fd, ZERO_RANGE, 9 * BLOCK + 5, 10)
    except OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        print("posix-corners: no FALLOC_FL_ZERO_RANGE here, left out", file=sys.stderr)
        return
    got = fresh_read(fd, BLOCK, 9 * BLOCK)
    assert got == pattern(BLOCK, 9)[:5] + bytes(10) + pattern(BLOCK, 9)[15:]
    os.pwrite(fd, pattern(4 * BLOCK, 200), 200 * BLOCK)
    os.fsync(fd)
    fallocate(fd, ZERO_RANGE, 201 * BLOCK, 2 * BLOCK)
    got = fresh_read(fd, 4 * BLOCK, 200 * BLOCK)
    assert got == pattern(4 * BLOCK, 200)[:BLOCK] + bytes(2 * BLOCK) + pattern(4 * BLOCK, 200)[3 * BLOCK :]


def many_extents():
    """Every second block, so that a file has more extents than its inode holds; then the gaps."""
    fd = open_new("extents")
    for index in range(0, 160, 2):
        os.pwrite(fd, b"%8d" % index * 512, index * BLOCK)
    for index in range(1, 160, 4):
        os.pwrite(fd, b"%8d" % index * 512, index * BLOCK)
    got = fresh_read(fd, 160 * BLOCK, 0)
    for index in range(159):
        wanted = b"%8d" % index * 512 if index % 2 == 0 or index % 4 == 1 else bytes(BLOCK)
        assert got[index * BLOCK : (index + 1) * BLOCK] == wanted, index
    # Across the border of two extents, byte by byte around it.
    os.pwrite(fd, b"border", 40 * BLOCK - 3)
    assert fresh_read(fd, 6, 40 * BLOCK - 3) == b"border"
    for cut in (101, 100, 99, 33, 2, 1):
        os.ftruncate(fd, cut * BLOCK)
        assert len(fresh_read(fd, 200 * BLOCK, 0)) == cut * BLOCK
    os.ftruncate(fd, 150 * BLOCK)
    assert fresh_read(fd, 150 * BLOCK, 0)[BLOCK:] == bytes(149 * BLOCK)
    os.close(fd)
    os.unlink("extents")


def reuse_of_space():
    """What one file gave back must not be seen in another's holes."""
    with open("secret", "wb") as secret:
        secret.write(b"SECRET! " * 8 * 512)
        secret.flush()
        os.fsync(secret.fileno())
    before = os.statvfs(".")
    os.unlink("secret")
    after = os.statvfs(".")
    assert after.f_bfree > before.f_bfree
    fd = open_new("innocent")
    fallocate(fd, 0, 0, 8 * BLOCK)
    os.pwrite(fd, b"mine", 3 * BLOCK + 10)
    got = fresh_read(fd, 8 * BLOCK, 0)
    assert got == bytes(3 * BLOCK + 10) + b"mine" + bytes(5 * BLOCK - 14), "another file's bytes"
    os.close(fd)
    os.unlink("innocent")
    return os.statvfs(".").f_bfree


def links_and_times():
    fd = open_new("file")
    os.write(fd, b"content")
    os.link("file", "file2")
    assert os.fstat(fd).st_nlink == 2
    first = os.stat("file")
    os.chmod("file", 0o600)
    second = os.stat("file")
    assert second.st_ctime_ns > first.st_ctime_ns and second.st_mtime_ns == first.st_mtime_ns
    os.unlink("file")
    third = os.stat("file2")
    assert third.st_nlink == 1 and third.st_ctime_ns > second.st_ctime_ns
    os.unlink("file2")
    assert os.fstat(fd).st_nlink == 0
    assert fresh_read(fd, 100, 0) == b"content"
    os.pwrite(fd, b"more", 100)
    assert os.fstat(fd).st_size == 104
    os.close(fd)
    os.mkdir("dir")
    before = os.stat("dir")
    os.close(open_new("dir/a"))
    after = os.stat("dir")
    assert after.st_mtime_ns > before.st_mtime_ns and after.st_ctime_ns > before.st_ctime_ns
    os.utime("dir/a", ns=(1_234_567_890_123_456_789, -987_654_321))
    told = os.stat("dir/a")
    assert (told.st_atime_ns, told.st_mtime_ns) == (1_234_567_890_123_456_789, -987_654_321)
    os.unlink("dir/a")
    os.mkdir("dir/sub")
    assert os.stat("dir").st_nlink == 3
    fails(errno.ENOTEMPTY, os.rmdir, "dir")
    os.rmdir("dir/sub")
    assert os.stat("dir").st_nlink == 2
    fails(errno.EISDIR, os.unlink, "dir")
    os.rmdir("dir")
    os.symlink("../" + "long/" * 60 + "target", "link")
    assert os.readlink("link") == "../" + "long/" * 60 + "target"
    assert os.lstat("link").st_size == len(os.readlink("link"))
    os.unlink("link")
    fails(errno.ENAMETOOLONG, os.mkdir, "x" * 256)
    os.mkdir("y" * 255)
    os.rmdir("y" * 255)
    os.mkfifo("pipe", 0o640)
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)
    os.unlink("pipe")


def kept_by_lookups():
    """What was looked up stays, though neither name nor handle leads to it any more."""
    os.mkdir("place")
    with open("thing", "w") as thing:
        thing.write("thing")
    place, thing = os.open("place", os.O_PATH), os.open("thing", os.O_PATH)
    os.rmdir("place")
    os.unlink("thing")
    assert os.fstat(place).st_nlink == 0 and os.fstat(thing).st_nlink == 0
    assert os.fstat(thing).st_size == 5
    fails(errno.ENOENT, os.mkdir, "late", dir_fd=place)
    again = os.open(f"/proc/self/fd/{thing}", os.O_RDWR)
    assert os.pread(again, 10, 0) == b"thing"
    os.ftruncate(again, 2)
    assert os.fstat(again).st_size == 2
    for fd in (again, thing, place):
        os.close(fd)


def found_again():
    """After memory pressure a name is looked up anew, and the inode is held by that alone."""
    with open("found", "w") as found:
        found.write("found")
    try:
        with open("/proc/sys/vm/drop_caches", "w") as drop:
            drop.write("2")
    except OSError:
        print("posix-corners: caches cannot be dropped by this user, left out", file=sys.stderr)
    found = os.open("found", os.O_PATH)
    os.unlink("found")
    assert os.fstat(found).st_nlink == 0 and os.fstat(found).st_size == 5
    os.close(found)


def keepers():
    """Files that are held from the beginning to the end, whatever happens in between; answers the end."""
    ghost = open_new("ghost")
    os.write(ghost, pattern(20 * BLOCK, 77))
    os.fsync(ghost)
    os.unlink("ghost")
    os.close(open_new("late"))
    late = os.open("late", os.O_PATH)

    def end():
        assert fresh_read(ghost, 20 * BLOCK, 0) == pattern(20 * BLOCK, 77)
        os.close(ghost)
        os.sync()
        # Whether its blocks came back: the replay compares the answer.
        os.statvfs(".")
        os.unlink("late")
        assert os.fstat(late).st_nlink == 0
        os.close(late)

    return end


def renames():
    os.mkdir("one")
    os.mkdir("two")
    for name in ("one/a", "one/b", "two/c"):
        with open(name, "w") as file:
            file.write(name)
    os.rename("one/a", "two/a")
    assert not os.path.exists("one/a") and open("two/a").read() == "one/a"
    kept = os.open("two/c", os.O_RDONLY)
    os.rename("one/b", "two/c")
    assert os.fstat(kept).st_nlink == 0, "the name that was replaced"
    assert fresh_read_only(kept) == b"two/c"
    os.close(kept)
    assert sorted(os.listdir("two")) == ["a", "c"] and os.listdir("one") == []
    fails(errno.EEXIST, renameat2, "two/a", "two/c", NOREPLACE)
    renameat2("two/a", "two/d", NOREPLACE)
    os.mkdir("one/deep")
    parents = os.stat("one").st_nlink, os.stat("two").st_nlink
    renameat2("one/deep", "two/d", EXCHANGE)
    assert os.path.isdir("two/d") and open("one/deep").read() == "one/a"
    assert (os.stat("one").st_nlink, os.stat("two").st_nlink) == (parents[0] - 1, parents[1] + 1)
    fails(errno.ENOENT, renameat2, "one/none", "two/d", EXCHANGE)
    fails(errno.EINVAL, os.rename, "two", "two/d/two")
    fails(errno.ENOTDIR, os.rename, "two/d", "one/deep")
    fails(errno.EISDIR, os.rename, "one/deep", "two/d")
    os.listdir("two/d")
    os.rename("two/d", "one/dir")
    assert os.listdir("one/dir") == []
    assert os.path.samefile("one/dir/..", "one")
    os.mkdir("one/travels")
    os.rename("one/travels", "two/travels")
    # Not listed before, so that no cache knows where its ".." leads.
    assert os.listdir("two/travels") == []
    os.rmdir("two/travels")
    os.link("one/deep", "one/same")
    os.rename("one/deep", "one/same")
    assert sorted(os.listdir("one")) == ["deep", "dir", "same"]
    fails(errno.ENOTEMPTY, os.rename, "one/dir", "two")
    os.unlink("two/c")
    os.rename("one", "two")
    assert sorted(os.listdir(".")) == [name for name in sorted(os.listdir(".")) if name != "one"]
    assert sorted(os.listdir("two")) == ["deep", "dir", "same"]


def fresh_read_only(fd):
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    return os.pread(fd, 100, 0)


def xattrs():
    os.close(open_new("attr"))
    try:
        os.setxattr("attr", "user.one", b"1")
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        print("posix-corners: no extended attributes here, left out", file=sys.stderr)
        return
    os.setxattr("attr", "user.two", b"2" * 300)
    os.setxattr("attr", "user.three", b"")
    os.setxattr("attr", "user.one", b"one, and longer than before")
    assert os.getxattr("attr", "user.one") == b"one, and longer than before"
    os.setxattr("attr", "user.two", b"short")
    assert os.getxattr("attr", "user.two") == b"short"
    assert sorted(os.listxattr("attr")) == ["user.one", "user.three", "user.two"]
    fails(errno.EEXIST, os.setxattr, "attr", "user.one", b"x", os.XATTR_CREATE)
    fails(errno.ENODATA, os.setxattr, "attr", "user.none", b"x", os.XATTR_REPLACE)
    fails(errno.ENODATA, os.getxattr, "attr", "user.none")
    before = os.stat("attr").st_ctime_ns
    os.removexattr("attr", "user.two")
    assert os.stat("attr").st_ctime_ns > before
    fails(errno.ENODATA, os.removexattr, "attr", "user.two")
    assert sorted(os.listxattr("attr")) == ["user.one", "user.three"]
    for i in range(20):
        os.setxattr("attr", f"user.n{i}", b"v%d" % i * 8)
    for i in range(0, 20, 2):
        os.removexattr("attr", f"user.n{i}")
    assert os.getxattr("attr", "user.n7") == b"v7" * 8
    assert len(os.listxattr("attr")) == 12


def listings():
    """Names come and go between two reads of one directory: what stays is listed once."""
    os.mkdir("many")
    for i in range(300):
        os.close(open_new(f"many/{'entry-with-a-longer-name' if i % 3 else 'e'}-{i:03}"))
    os.symlink("e-000", "many/link")
    os.mkdir("many/dir")
    seen = []
    with os.scandir("many") as names:
        for at, entry in enumerate(names):
            seen.append(entry.name)
            if at % 2 == 0 and entry.name.startswith("e"):
                os.unlink(entry.path)
            if at == 50:
                os.close(open_new("many/new-while-listing"))
                os.rename("many/dir", "many/dir-renamed")
    assert len(seen) == len(set(seen)), "a name was listed twice"
    assert len([name for name in seen if name.startswith("e")]) == 300
    left = sorted(os.listdir("many"))
    again = sorted(os.listdir("many"))
    assert left == again and "new-while-listing" in left
    for name in left:
        path = f"many/{name}"
        os.rmdir(path) if name == "dir-renamed" else os.unlink(path)
    assert os.listdir("many") == []
    os.rmdir("many")


def unnamed_files():
    try:
        fd = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOSYS):
            raise
        print("posix-corners: no O_TMPFILE here, left out", file=sys.stderr)
        return
    assert os.fstat(fd).st_nlink == 0
    os.write(fd, b"unnamed")
    check(LIBC.linkat(AT_FDCWD, b"/proc/self/fd/%d" % fd, AT_FDCWD, b"named", 0x400))
    assert os.fstat(fd).st_nlink == 1
    os.close(fd)
    assert open("named", "rb").read() == b"unnamed"
    # One that nobody names goes with its descriptor, and gives its room back.
    free = os.statvfs(".").f_bfree
    fd = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600)
    os.pwrite(fd, b"x" * 20 * BLOCK, 0)
    os.fsync(fd)
    os.close(fd)
    assert os.statvfs(".").f_bfree >= free - 1


def copies():
    fd = open_new("source")
    os.write(fd, pattern(5 * BLOCK + 77, 5))
    to = open_new("target")
    done = 0
    while done < 5 * BLOCK + 77:
        step = os.copy_file_range(fd, to, 5 * BLOCK + 77 - done, offset_src=done, offset_dst=done + 10)
        assert step > 0
        done += step
    assert fresh_read(to, 6 * BLOCK, 0) == bytes(10) + pattern(5 * BLOCK + 77, 5)
    assert os.copy_file_range(fd, to, 100, offset_src=5 * BLOCK + 70, offset_dst=0) == 7
    assert os.copy_file_range(fd, to, 100, offset_src=6 * BLOCK, offset_dst=0) == 0
    fails(errno.EINVAL, os.copy_file_range, fd, fd, 100, offset_src=0, offset_dst=50)
    os.close(fd)
    os.close(to)


def owners():
    os.mkdir("shared")
    if os.geteuid() != 0:
        print("posix-corners: not root, owners left out", file=sys.stderr)
        return
    os.chown("shared", 1000, 2000)
    os.chmod("shared", 0o2775)
    os.close(open_new("shared/file"))
    os.mkdir("shared/dir")
    assert os.stat("shared/file").st_gid == 2000 and os.stat("shared/dir").st_gid == 2000
    assert os.stat("shared/dir").st_mode & stat.S_ISGID
    os.chmod("shared/file", 0o6755)
    os.chown("shared/file", 1000, 1000)
    assert os.stat("shared/file").st_mode & 0o7777 == 0o755
    os.mknod("shared/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    assert os.stat("shared/null").st_rdev == os.makedev(1, 3)


def main():
    end = keepers()
    for section in (
        truncate_and_extend,
        holes_and_ranges,
        many_extents,
        reuse_of_space,
        links_and_times,
        kept_by_lookups,
        found_again,
        renames,
        xattrs,
        listings,
        unnamed_files,
        copies,
        owners,
    ):
        try:
            section()
        except Exception:
            print(f"posix-corners: {section.__name__} failed", file=sys.stderr)
            raise
    end()
    os.sync()
    print("posix-corners: all as it should be")


if __name__ == "__main__":
    main()
