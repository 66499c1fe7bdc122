// SPDX-License-Identifier: MIT OR Apache-2.0

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataPolicy, Origin, Source } from '../../../src/proto/gen/trace.js';
import { pseudonyms } from '../../../src/trace/redact/pseudonyms.js';
import { type RedactResult, redactTrace } from '../../../src/trace/redact/redact.js';
import { redactOptions } from '../../../src/trace/redact/redact-text.js';
import type { TraceFile } from '../../../src/trace/trace-file.js';
import { verifyTrace } from '../../../src/trace/verify.js';
import { bytes, type CraftPart, craft, openBytes, START, smallLife } from '../../support/craft-trace.js';

async function redacted(
  content: Uint8Array,
): Promise<{ readonly trace: TraceFile; readonly bytes: Buffer; readonly result: RedactResult }> {
  const parts: Uint8Array[] = [];
  const source = openBytes(content);
  const result = await redactTrace(
    source,
    { write: (part) => parts.push(part) },
    { secret: randomBytes(32), uuid: randomBytes(16) },
  );
  const whole = Buffer.concat(parts);
  return { trace: openBytes(whole), bytes: whole, result };
}

/** Every byte that a reader of a trace can get at: the file, and its payloads decompressed. */
function everything(trace: TraceFile, file: Buffer): string {
  const payloads = trace.chunks.flatMap((_, number) => {
    const chunk = trace.chunk(number);
    const ops = Array.from({ length: chunk.count }, (_, index) =>
      Buffer.from(chunk.wireBytes(index)).toString('latin1'),
    );
    return [
      ...ops,
      ...[...chunk.others()].map(({ record }) =>
        JSON.stringify(record, (_key, value) =>
          typeof value === 'bigint'
            ? `${value}`
            : value instanceof Uint8Array
              ? Buffer.from(value).toString('latin1')
              : value,
        ),
      ),
    ];
  });
  return [file.toString('latin1'), ...payloads].join('\n');
}

const latin1Name = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((name) =>
  Buffer.from(name)
    .toString('latin1')
    .replace(/[/\0.]/g, 'x'),
);

describe('pseudonyms', () => {
  it('keep length, order, equality and common beginnings, and hold no slash, NUL or dot', () => {
    fc.assert(
      fc.property(fc.array(latin1Name, { maxLength: 60 }), (names) => {
        const map = pseudonyms(names, Uint8Array.of(1));
        const sorted = [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
        const made = sorted.map((name) => map.get(name) as string);
        expect(made.map((name) => name.length)).toEqual(sorted.map((name) => name.length));
        expect([...made].sort((a, b) => (a < b ? -1 : 1))).toEqual(made);
        expect(new Set(made).size).toBe(made.length);
        for (const name of made) expect(name).not.toMatch(/[/\0.]/);
        for (let at = 1; at < sorted.length; at++) {
          expect(common(made[at - 1] as string, made[at] as string)).toBe(
            common(sorted[at - 1] as string, sorted[at] as string),
          );
        }
      }),
    );
  });

  it('differ with the secret', () => {
    const names = ['secret-plan.txt', 'other'];
    expect(pseudonyms(names, Uint8Array.of(1))).not.toEqual(pseudonyms(names, Uint8Array.of(2)));
    expect(pseudonyms(names, Uint8Array.of(1))).toEqual(pseudonyms(names, Uint8Array.of(1)));
  });

  it('work with every first byte there is', () => {
    const names = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).filter(
      (name) => !'/.'.includes(name),
    );
    const made = [...pseudonyms(names, Uint8Array.of(1)).values()];
    expect(new Set(made).size).toBe(253);
  });
});

function common(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

describe('a redacted trace', () => {
  const tag = 'SECRET';
  let planted = 0;
  const secret = (): string => `${tag}${String(planted++).padStart(5, '0')}`;

  /** Secrets wherever a user can put a text. */
  function loaded(rounds: number): readonly CraftPart[] {
    let at = START;
    const op = (rest: object): CraftPart => ({
      op: { begin: at++, nodeid: 2n, caller: { uid: 1, gid: 2, pid: 3 }, ...rest },
    });
    const parts: CraftPart[] = [
      op({ request: { kind: 'mkfs', value: { options: `label=${secret()},blocks=64,${secret()}` } } }),
    ];
    for (let round = 0; round < rounds; round++) {
      const name = bytes(secret());
      const long = bytes(`${secret()} and a long text around ${secret()}`);
      parts.push(
        op({
          request: { kind: 'create', value: { name, mode: 0o644 } },
          reply: { kind: 'created', value: { entry: { nodeid: 9n } } },
        }),
        op({ request: { kind: 'mknod', value: { name: bytes(secret()) } } }),
        op({ request: { kind: 'mkdir', value: { name: bytes(secret()) } } }),
        op({ request: { kind: 'lookup', value: { name: bytes(secret()) } }, errno: 2 }),
        op({ request: { kind: 'unlink', value: { name: bytes(secret()) } } }),
        op({ request: { kind: 'rmdir', value: { name: bytes(secret()) } } }),
        op({ request: { kind: 'rename', value: { name, newParent: 1n, newName: bytes(secret()) } } }),
        op({ request: { kind: 'link', value: { newParent: 1n, newName: bytes(secret()) } } }),
        op({
          request: {
            kind: 'symlink',
            value: { name: bytes(secret()), target: bytes(`/home/${secret()}/../${secret()}`) },
          },
        }),
        op({ request: { kind: 'readlink', value: {} }, reply: { kind: 'bytes', value: bytes(`../${secret()}`) } }),
        op({ request: { kind: 'setxattr', value: { name: bytes(`user.${secret()}`), value: bytes(secret()) } } }),
        op({ request: { kind: 'removexattr', value: { name: bytes(`trusted.${secret()}`) } } }),
        op({
          request: { kind: 'getxattr', value: { name: bytes(secret()), size: 99 } },
          reply: { kind: 'bytes', value: long },
        }),
        op({
          request: { kind: 'listxattr', value: { size: 99 } },
          reply: { kind: 'bytes', value: bytes(`user.${secret()}\0security.selinux\0`) },
        }),
        op({
          request: { kind: 'write', value: { fh: 1n, size: 11, content: { kind: 'inline', value: bytes(secret()) } } },
        }),
        op({
          request: { kind: 'write', value: { fh: 1n, size: 99, content: { kind: 'hash', value: bytes(secret()) } } },
        }),
        op({
          request: { kind: 'ioctl', value: { fh: 1n, data: bytes(secret()) } },
          reply: { kind: 'ioctlReply', value: { data: bytes(secret()) } },
        }),
        op({
          request: { kind: 'readdirplus', value: {} },
          reply: { kind: 'listing', value: { entry: [{ name: bytes(secret()), entry: { nodeid: 5n } }] } },
        }),
        { record: { kind: 'blob', value: { hash: bytes(secret()), data: long } } },
        { record: { kind: 'block', value: { number: 3n, data: bytes(secret()) } } },
        { record: { kind: 'mark', value: { text: secret() } } },
        // A task's name is the module's own: a replay finds the task by it.
        { record: { kind: 'task', value: { name: 'flusher' } } },
        { record: { kind: 'upgrade', value: { refused: secret() } } },
        { record: { kind: 'checkpoint', value: { state: bytes(secret()), block: [{ data: bytes(secret()) }] } } },
        {
          record: {
            kind: 'unfinished',
            value: { nodeid: 1n, request: { kind: 'mkdir', value: { name: bytes(secret()) } } },
          },
        },
        {
          record: {
            kind: 'panic',
            value: {
              message: secret(),
              location: 'src/dir.rs:1:1',
              op: { request: { kind: 'rmdir', value: { name: bytes(secret()) } } },
            },
          },
        },
      );
    }
    return parts;
  }

  it('holds none of a thousand secrets planted in every place there is', async () => {
    const header = {
      command: [bytes('tar'), bytes(secret())],
      mountOptions: `rw,${secret()},fsname=/dev/${secret()}`,
      fsOptions: `size=64M,key=${secret()}`,
    };
    const before = craft(loaded(40), { header, chunkBytes: 4096 });
    expect(planted).toBeGreaterThan(1000);
    expect(everything(openBytes(before), Buffer.from(before)).split(tag).length).toBeGreaterThan(1000);
    const { trace, bytes: after } = await redacted(before);
    expect(everything(trace, after)).not.toContain(tag);
    expect(trace.header).toMatchObject({
      source: Source.DERIVED,
      dataPolicy: DataPolicy.NONE,
      mountOptions: 'rw,redacted,fsname=redacted',
      fsOptions: 'size=64M,key=redacted',
    });
  });

  it('is a good trace with the same ops, times, sizes and errors', async () => {
    const content = craft(smallLife());
    const { trace, result } = await redacted(content);
    expect((await verifyTrace(trace)).problems).toEqual([]);
    const facts = (file: TraceFile): unknown =>
      [...file.opsFrom()].map((op) => [
        op.seq,
        op.name,
        op.begin,
        op.duration,
        op.thread,
        op.caller.uid,
        op.nodeid,
        op.errno,
        op.locks,
      ]);
    expect(facts(trace)).toEqual(facts(openBytes(content)));
    expect(trace.index?.account).toEqual({ offered: 14n, recorded: 12n, dropped: 2n, filtered: 0n });
    expect(Buffer.from(trace.header.uuid)).not.toEqual(Buffer.from(openBytes(content).header.uuid));
    expect(result).toEqual({ ops: 12n, leftOut: {}, notReplayable: undefined });
  });

  it('gives the same name the same pseudonym in requests and listings', async () => {
    const { trace } = await redacted(craft(smallLife()));
    const made = trace.op(4n).request;
    const listed = trace.op(10n).reply;
    const renamed = trace.op(8n).request;
    if (made?.kind !== 'mkdir' || listed?.kind !== 'listing' || renamed?.kind !== 'rename')
      throw new Error('other ops');
    expect(listed.value.map((name) => Buffer.from(name.name))).toEqual([
      Buffer.from(renamed.value.newName),
      Buffer.from(made.value.name),
    ]);
    expect(Buffer.from(made.value.name)).not.toEqual(Buffer.from('dir'));
  });

  it('keeps the shape of paths and of attribute names', async () => {
    const target = '/usr/./lib/../lib';
    const { trace } = await redacted(
      craft([
        { op: { begin: 1n, request: { kind: 'symlink', value: { name: bytes('l'), target: bytes(target) } } } },
        { op: { begin: 2n, request: { kind: 'getxattr', value: { name: bytes('security.selinux') } } } },
        { op: { begin: 3n, request: { kind: 'getxattr', value: { name: bytes('user.mine') } } } },
      ]),
    );
    const link = trace.op(1n).request;
    const made = link?.kind === 'symlink' ? Buffer.from(link.value.target).toString('latin1') : '';
    expect(made).toMatch(/^\/\w{3}\/\.\/(\w{3})\/\.\.\/\1$/);
    const names = [2n, 3n].map((seq) => {
      const { request } = trace.op(seq);
      return request?.kind === 'getxattr' ? Buffer.from(request.value.name).toString('latin1') : '';
    });
    expect(names).toEqual(['security.selinux', expect.stringMatching(/^user\.\w{4}$/)]);
  });

  it('says when it cannot be replayed', async () => {
    const { result } = await redacted(
      craft([{ record: { kind: 'checkpoint', value: { state: bytes('x') } } }, ...smallLife()], {
        header: { origin: Origin.CHECKPOINT },
      }),
    );
    expect(result.notReplayable).toContain('began at a checkpoint');
    expect(result.leftOut).toEqual({ checkpoint: 1 });
  });
});

describe('options', () => {
  it.each([
    ['', ''],
    ['rw,noatime', 'rw,noatime'],
    ['blocks=64,size=10M,log=0x10', 'blocks=64,size=10M,log=0x10'],
    ['uuid=abc,label=my disk', 'uuid=redacted,label=redacted'],
    ['/home/me/image,Password=3', 'redacted,redacted'],
  ])('"%s" becomes "%s"', (options, expected) => {
    expect(redactOptions(options)).toBe(expected);
  });
});
