#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# A database with a rollback journal, then the same with a write-ahead log; each is checked by sqlite3 itself.
set -eu

sqlite3 shop.db >/dev/null <<'SQL'
PRAGMA page_size = 4096;
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price INTEGER, note BLOB);
CREATE INDEX item_name ON item (name);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
  INSERT INTO item SELECT i, 'item ' || (i * 7919 % 1000), i % 97, zeroblob(i % 200) FROM n;
SQL
i=0
while [ $i -lt 12 ]; do
	sqlite3 shop.db "BEGIN; UPDATE item SET price = price + 1 WHERE id % 12 = $i; DELETE FROM item WHERE id % 50 = $i; COMMIT;"
	i=$((i + 1))
done
sqlite3 shop.db "BEGIN; DELETE FROM item; ROLLBACK;"
sqlite3 shop.db "VACUUM;"
test "$(sqlite3 shop.db 'PRAGMA integrity_check;')" = ok

# The write-ahead log without shared memory: FUSE mounts do not share writable mappings in all configurations.
sqlite3 wal.db >/dev/null <<'SQL'
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 800)
  INSERT INTO log SELECT i, 'line ' || i FROM n;
DELETE FROM log WHERE id % 3 = 0;
PRAGMA wal_checkpoint(TRUNCATE);
UPDATE log SET line = line || ' again' WHERE id % 5 = 0;
SQL
test "$(sqlite3 wal.db 'PRAGMA integrity_check;')" = ok
sqlite3 shop.db 'SELECT count(*), sum(price) FROM item;'
