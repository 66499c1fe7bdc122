// SPDX-License-Identifier: MIT OR Apache-2.0

/** A name in a directory; `name` has one character a byte. */
export type Dentry = { readonly parent: bigint; readonly name: string };

export type NamedAt = Dentry & { readonly deleted: boolean };

/** Older links looked at when the newest name of an inode goes: files with more hard links than this are rare. */
const LINKS_LOOKED_AT = 64;
const NONE = -1;

/**
 * Every change of an inode's name, with the op that made it. A change is a row in columns, not an object: a trace of ten
 * million ops may hold a million of them. Rows of one inode are chained from the newest to the oldest.
 */
export class NameHistory {
  readonly #newest = new Map<bigint, number>();
  /** Names as they stand at the last op learned. */
  readonly #live = new Map<string, bigint>();
  readonly #names: string[] = [];
  #seq = new BigUint64Array(1024);
  #parent = new BigUint64Array(1024);
  #older = new Int32Array(1024);
  #deleted = new Uint8Array(1024);
  #rows = 0;

  /** `nodeid` is found under this name from op `seq` on. */
  name(seq: bigint, nodeid: bigint, parent: bigint, name: string): void {
    this.#live.set(key(parent, name), nodeid);
    const row = this.#newest.get(nodeid) ?? NONE;
    // Most lookups find what is known already.
    if (row !== NONE && this.#deleted[row] === 0 && this.#parent[row] === parent && this.#names[row] === name) return;
    this.#add(seq, nodeid, parent, name, 0);
  }

  remove(seq: bigint, parent: bigint, name: string): void {
    const nodeid = this.#live.get(key(parent, name));
    if (nodeid === undefined) return;
    this.#live.delete(key(parent, name));
    const row = this.#newest.get(nodeid) ?? NONE;
    if (row === NONE || this.#parent[row] !== parent || this.#names[row] !== name) return;
    const other = this.#otherLink(nodeid, row);
    if (other === undefined) this.#add(seq, nodeid, parent, name, 1);
    else this.#add(seq, nodeid, other.parent, other.name, 0);
  }

  rename(seq: bigint, from: Dentry, to: Dentry, exchange: boolean): void {
    const moved = this.#live.get(key(from.parent, from.name));
    const replaced = this.#live.get(key(to.parent, to.name));
    if (exchange) {
      if (moved !== undefined) this.name(seq, moved, to.parent, to.name);
      if (replaced !== undefined) this.name(seq, replaced, from.parent, from.name);
      return;
    }
    // Two links of one inode: rename does nothing (POSIX).
    if (moved !== undefined && moved === replaced) return;
    if (replaced !== undefined) this.remove(seq, to.parent, to.name);
    this.#live.delete(key(from.parent, from.name));
    if (moved !== undefined) this.name(seq, moved, to.parent, to.name);
  }

  /** The name that an inode had after op `seq`. */
  at(nodeid: bigint, seq: bigint): NamedAt | undefined {
    let row = this.#newest.get(nodeid) ?? NONE;
    while (row !== NONE && (this.#seq[row] as bigint) > seq) row = this.#older[row] as number;
    if (row === NONE) return undefined;
    return { parent: this.#parent[row] as bigint, name: this.#names[row] as string, deleted: this.#deleted[row] === 1 };
  }

  #otherLink(nodeid: bigint, newest: number): Dentry | undefined {
    let row = this.#older[newest] as number;
    for (let looked = 0; row !== NONE && looked < LINKS_LOOKED_AT; looked++) {
      const parent = this.#parent[row] as bigint;
      const name = this.#names[row] as string;
      if (this.#live.get(key(parent, name)) === nodeid) return { parent, name };
      row = this.#older[row] as number;
    }
    return undefined;
  }

  #add(seq: bigint, nodeid: bigint, parent: bigint, name: string, deleted: number): void {
    if (this.#rows === this.#seq.length) this.#grow();
    const row = this.#rows++;
    this.#seq[row] = seq;
    this.#parent[row] = parent;
    this.#names[row] = name;
    this.#deleted[row] = deleted;
    this.#older[row] = this.#newest.get(nodeid) ?? NONE;
    this.#newest.set(nodeid, row);
  }

  #grow(): void {
    const size = this.#seq.length * 2;
    this.#seq = grown(this.#seq, new BigUint64Array(size));
    this.#parent = grown(this.#parent, new BigUint64Array(size));
    this.#older = grown(this.#older, new Int32Array(size));
    this.#deleted = grown(this.#deleted, new Uint8Array(size));
  }
}

function grown<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}

function key(parent: bigint, name: string): string {
  return `${parent}/${name}`;
}
