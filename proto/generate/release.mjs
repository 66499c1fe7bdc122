// SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT

/** `node proto/generate/release.mjs`: the schema as it stands becomes the released one, which later ones may not break. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { currentSchema, descriptorSetOf, RELEASED, ROOT } from './generate.mjs';

const path = join(ROOT, RELEASED);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, descriptorSetOf(currentSchema()));
console.log(`wrote ${RELEASED}`);
