#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# A source package ($INPUT/package.tar.gz) is unpacked, changed, compared with itself, packed again and removed.
set -eu
tar -xzf "$INPUT/package.tar.gz"
top=$(ls)
tar -xzf "$INPUT/package.tar.gz" --transform "s,^$top,second,"
diff -r "$top" second
find "$top" -type f -name '*.rs' -exec sed -i 's/ pub / pub(crate) /' {} +
cp -a "$top" third
ln -s third/Cargo.toml manifest
find . -type f -links 1 -size -2k | sort | head -20 | while read -r file; do ln "$file" "$file.link"; done
tar -cf packed.tar third
rm -r second
find . | sort | wc -l
du -s .
