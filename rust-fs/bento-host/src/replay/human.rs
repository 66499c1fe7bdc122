// SPDX-License-Identifier: MIT OR Apache-2.0
//! Values as a person reads them: names of ops and errors, octal modes, dates.

/// Every op name.
pub const OP_NAMES: [&str; 46] = [
    "LOOKUP",
    "FORGET",
    "GETATTR",
    "SETATTR",
    "READLINK",
    "SYMLINK",
    "MKNOD",
    "MKDIR",
    "UNLINK",
    "RMDIR",
    "RENAME",
    "LINK",
    "OPEN",
    "READ",
    "WRITE",
    "STATFS",
    "RELEASE",
    "FSYNC",
    "SETXATTR",
    "GETXATTR",
    "LISTXATTR",
    "REMOVEXATTR",
    "FLUSH",
    "OPENDIR",
    "READDIR",
    "READDIRPLUS",
    "RELEASEDIR",
    "FSYNCDIR",
    "GETLK",
    "SETLK",
    "SETLKW",
    "ACCESS",
    "CREATE",
    "TMPFILE",
    "BMAP",
    "IOCTL",
    "POLL",
    "FALLOCATE",
    "LSEEK",
    "COPY_FILE_RANGE",
    "SYNCFS",
    "STATX",
    "MKFS",
    "MOUNT",
    "UNMOUNT",
    "UNKNOWN",
];

/// Linux's errors, by number, as far as file systems answer them.
const ERRORS: [(u32, &str); 57] = [
    (1, "EPERM"),
    (2, "ENOENT"),
    (3, "ESRCH"),
    (4, "EINTR"),
    (5, "EIO"),
    (6, "ENXIO"),
    (7, "E2BIG"),
    (9, "EBADF"),
    (11, "EAGAIN"),
    (12, "ENOMEM"),
    (13, "EACCES"),
    (14, "EFAULT"),
    (16, "EBUSY"),
    (17, "EEXIST"),
    (18, "EXDEV"),
    (19, "ENODEV"),
    (20, "ENOTDIR"),
    (21, "EISDIR"),
    (22, "EINVAL"),
    (23, "ENFILE"),
    (24, "EMFILE"),
    (25, "ENOTTY"),
    (26, "ETXTBSY"),
    (27, "EFBIG"),
    (28, "ENOSPC"),
    (29, "ESPIPE"),
    (30, "EROFS"),
    (31, "EMLINK"),
    (32, "EPIPE"),
    (33, "EDOM"),
    (34, "ERANGE"),
    (35, "EDEADLK"),
    (36, "ENAMETOOLONG"),
    (37, "ENOLCK"),
    (38, "ENOSYS"),
    (39, "ENOTEMPTY"),
    (40, "ELOOP"),
    (61, "ENODATA"),
    (62, "ETIME"),
    (71, "EPROTO"),
    (74, "EBADMSG"),
    (75, "EOVERFLOW"),
    (84, "EILSEQ"),
    (85, "ERESTART"),
    (87, "EUSERS"),
    (90, "EMSGSIZE"),
    (95, "EOPNOTSUPP"),
    (105, "ENOBUFS"),
    (107, "ENOTCONN"),
    (110, "ETIMEDOUT"),
    (114, "EALREADY"),
    (115, "EINPROGRESS"),
    (116, "ESTALE"),
    (117, "EUCLEAN"),
    (121, "EREMOTEIO"),
    (122, "EDQUOT"),
    (125, "ECANCELED"),
];

/// Name of an errno; 0 is "ok".
pub fn errno(number: u32) -> String {
    if number == 0 {
        return "ok".to_owned();
    }
    let name = ERRORS.iter().find(|(known, _)| *known == number).map(|(_, name)| (*name).to_owned());
    name.unwrap_or_else(|| format!("errno {number}"))
}

/// A mode, octal, with the type's letter as `ls` shows it.
pub fn mode(mode: u32) -> String {
    let kind = match mode & 0o170_000 {
        0o010_000 => "fifo ",
        0o020_000 => "char ",
        0o040_000 => "dir ",
        0o060_000 => "block ",
        0o100_000 => "file ",
        0o120_000 => "symlink ",
        0o140_000 => "socket ",
        _ => "",
    };
    format!("{kind}{:#06o}", mode & 0o7777)
}

/// A moment (nanoseconds since 1970) in UTC, to the nanosecond.
pub fn time(ns: i64) -> String {
    let (seconds, fraction) = (ns.div_euclid(1_000_000_000), ns.rem_euclid(1_000_000_000));
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{fraction:09}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of a day counted from 1970-01-01: eras of 400 years that begin in March, so that the leap day is last.
fn civil(days: i64) -> (i64, i64, i64) {
    let day = days + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// First nanosecond (since 1970) of a day written YYYY-MM-DD.
pub fn parse_date(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let (year, month, day): (i64, i64, i64) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    // Close enough to begin from, then to the day.
    let guess = (year - 1970) * 365 + (year - 1969) / 4 + (month - 1) * 30;
    let found = (guess - 40..=guess + 40).find(|&days| civil(days) == (year, month, day))?;
    found.checked_mul(86_400_000_000_000)
}

/// A name or other bytes in quotes, what is not printable escaped.
pub fn bytes(bytes: &[u8]) -> String {
    const SHOWN: usize = 256;
    match String::from_utf8(bytes.to_vec()) {
        Ok(text) if bytes.len() <= SHOWN => format!("{text:?}"),
        Err(_) if bytes.len() <= SHOWN => format!("\"{}\"", bytes.escape_ascii()),
        _ => format!(
            "\"{}\"... ({} bytes, xxh3 {:016x})",
            bytes[..SHOWN].escape_ascii(),
            bytes.len(),
            xxhash_rust::xxh3::xxh3_64(bytes)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        assert_eq!(time(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(time(-1), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(time(951_782_400_000_000_001), "2000-02-29T00:00:00.000000001Z");
        assert_eq!(time(i64::MAX), "2262-04-11T23:47:16.854775807Z");
    }

    #[test]
    fn dates_come_back() {
        for date in ["1970-01-01", "1999-12-31", "2000-02-29", "2026-11-22", "2100-03-01"] {
            assert!(time(parse_date(date).expect("a date")).starts_with(date), "{date}");
        }
        assert!(["2026-02-30", "2026-13-01", "26-01-01", "2026-1-1", "soon", ""].iter().all(|date| parse_date(date).is_none()));
    }

    #[test]
    fn words() {
        assert_eq!(errno(2), "ENOENT");
        assert_eq!(errno(0), "ok");
        assert_eq!(errno(4095), "errno 4095");
        assert_eq!(mode(0o100_644), "file 0o0644");
        assert_eq!(bytes(b"a\"b"), r#""a\"b""#);
        assert_eq!(bytes(&[0xff, b'a']), r#""\xffa""#);
    }
}
