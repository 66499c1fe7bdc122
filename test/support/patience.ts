// SPDX-License-Identifier: MIT OR Apache-2.0

/** Limits of time are so many times as long on the debug kernel (`npm run test:debug`), which checks every lock and every access. */
export const PATIENCE = process.env.BENTO_VM_KERNEL ? 8 : 1;
