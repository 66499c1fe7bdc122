// SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT
'use strict';

/**
 * A target of protobufjs-cli (`pbjs -t .../pbjs-target.cjs`). pbjs parses the schema and resolves every name; what is
 * written is ours, because its own static target gives 64-bit fields as Long or number, emits 765 KB for this schema,
 * and keeps it all in one object that a bundler cannot shake. Answers one JSON object: output path to content.
 */
module.exports = function bentoTarget(root, _options, callback) {
  root.resolveAll();
  Promise.all([import('./typescript.mjs'), import('./c-header.mjs')])
    .then(([typescript, cHeader]) =>
      JSON.stringify({
        'src/proto/gen/trace.ts': typescript.emitModule(root.lookup('bento.trace.v1')),
        'src/proto/gen/host.ts': typescript.emitModule(root.lookup('bento.host.v1'), {
          namespace: root.lookup('bento.trace.v1'),
          alias: 'trace',
          path: './trace.js',
        }),
        'kernel/include/bento_trace_fields.h': cHeader.emitHeader([
          root.lookup('bento.trace.v1'),
          root.lookup('bento.kernel.v1'),
        ]),
      }),
    )
    .then((json) => callback(null, json), callback);
};
