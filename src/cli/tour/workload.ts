// SPDX-License-Identifier: MIT OR Apache-2.0

/** What the tour records: programs everybody knows, doing real work on the mount. */

/** A shell script; $1 is a folder of sources to work on. Ends at the first command that fails. */
export const WORKLOAD = `
set -e
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=Tour GIT_AUTHOR_EMAIL=tour@example.org GIT_COMMITTER_NAME=Tour GIT_COMMITTER_EMAIL=tour@example.org

# tar: many small files
mkdir sources
tar -C "$1" --exclude=target --exclude=node_modules -cf - . | tar -C sources -xf -

# git: init, add, three commits, a branch, a repack, a clone
cd sources
git init --quiet --initial-branch=main
git add --all
git commit --quiet --message 'the sources'
echo 'one line more' >> Cargo.toml
git commit --quiet --all --message 'one line more'
git checkout --quiet -b topic HEAD~1
mkdir -p notes && echo 'a note' > notes/first && git add notes && git commit --quiet --message 'a note'
git checkout --quiet main
git gc --quiet
cd ..
git clone --quiet sources clone
git -C clone fsck --no-progress

# sqlite3: transactions, an index, deletes, a vacuum, and its own check
sqlite3 shop.db <<'SQL' > /dev/null
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
  INSERT INTO item SELECT i, 'item ' || i, i * 1.5 FROM n;
CREATE INDEX item_name ON item (name);
BEGIN; UPDATE item SET price = price * 2 WHERE id % 3 = 0; COMMIT;
DELETE FROM item WHERE id % 5 = 0;
VACUUM;
SQL
test "$(sqlite3 shop.db 'PRAGMA integrity_check')" = ok

# and away with some of it
rm -r clone
mv sources/notes sources/remarks 2> /dev/null || true
truncate -s 100 sources/Cargo.toml
`;

/** What must be installed for it. */
export const PROGRAMS = ['git', 'sqlite3', 'tar'] as const;
