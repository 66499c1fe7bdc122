// SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT

/** Everything that is generated from proto/, as one function from schema to files. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import 'protobufjs/ext/descriptor.js';

/** Folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCHEMAS = ['proto/bento/host/v1/host.proto', 'proto/bento/kernel/v1/kernel.proto'];
const PBJS = join(ROOT, 'node_modules/protobufjs-cli/bin/pbjs');

/** The schema that released readers know. It is replaced only by `node proto/generate/release.mjs`. */
export const RELEASED = 'proto/released/trace-v1.binpb';

/** What the generated files must hold now. @returns {ReadonlyMap<string, string>} path below the root -> content */
export function generate() {
  const target = join(ROOT, 'proto/generate/pbjs-target.cjs');
  const args = [PBJS, '-t', target, '--alt-comment', '--keep-case', '-p', 'proto', ...SCHEMAS];
  const run = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (run.status !== 0) throw new Error(`pbjs could not read the schema:\n${run.stderr}`);
  return new Map(Object.entries(JSON.parse(run.stdout)));
}

/** The schema of the trace format as it stands, resolved. */
export function currentSchema() {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.startsWith('/') ? target : join(ROOT, 'proto', target));
  root.loadSync(join(ROOT, 'proto/bento/trace/v1/trace.proto'), { keepCase: true });
  root.resolveAll();
  return root;
}

/** The schema of the last release, from its committed descriptor. */
export function releasedSchema() {
  return schemaOf(readFileSync(join(ROOT, RELEASED)));
}

/** @param {Uint8Array} descriptorSet a serialized google.protobuf.FileDescriptorSet */
export function schemaOf(descriptorSet) {
  return /** @type {import("protobufjs").Root} */ (
    protobuf.Root.fromDescriptor(descriptorSet, { keepCase: true }).resolveAll()
  );
}

/** @param {import('protobufjs').Root} root @returns {Uint8Array} a serialized google.protobuf.FileDescriptorSet */
export function descriptorSetOf(root) {
  const set = root.toDescriptor('proto3');
  return /** @type {Uint8Array} */ (set.$type.encode(set).finish());
}
