// A plugin for esbuild: parts of Node and of the libraries that no start needs are loaded when they are first used.
import { readFile } from 'node:fs/promises';

/** Parts of Node that are used late, if at all. */
const LATE = /^node:(?:fs[/]promises|module|readline)$/;

/**
 * Stands for such a part. esbuild reads the members of an import one by one, when they are used, from an object whose prototype is
 * that of the module.
 */
const standIn = (name) => `let real;
const late = new Proxy({}, {
  get: (_target, member) => (real ??= require('${name}'))[member],
  getPrototypeOf: () => late,
});
module.exports = late;`;

/** What asn1 and ssh2 use of assert, for each key of each host. */
const ASSERTIONS = `module.exports = (value, why = 'an assertion of a library failed') => {
  if (!value) throw new Error(why);
};
module.exports.ok = module.exports;
module.exports.equal = (value, wanted) => module.exports(value === wanted);`;

/** What ssh2 takes of zlib is for compression, which is never offered. */
const COMPRESSION =
  /const \{\s*createInflate,\s*constants: \{([\sA-Z_,]*)\}\s*\} = require\('zlib'\);\nconst ZlibHandle = .*\n/;

function withLateCompression(text) {
  const taken = COMPRESSION.exec(text);
  if (taken === null) throw new Error('ssh2 takes something else of zlib than it used to');
  const names = taken[1].match(/\w+/g);
  return text
    .replace(taken[0], '')
    .replace(new RegExp(`\\b(?:${names.join('|')})\\b`, 'g'), "require('zlib').constants.$&")
    .replaceAll('new ZlibHandle(', "new (require('zlib').createInflate()._handle.constructor)(");
}

export const lateParts = {
  name: 'late-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: LATE }, ({ path, namespace }) =>
      namespace === 'late' ? { path, external: true } : { path, namespace: 'late' },
    );
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({ contents: standIn(path) }));
    onResolve({ filter: /^assert$/ }, ({ path }) => ({ path, namespace: 'assertions' }));
    onLoad({ filter: /./, namespace: 'assertions' }, () => ({ contents: ASSERTIONS }));
    // Agents that send HTTP through SSH; the whole of http and https comes with them.
    onLoad({ filter: /ssh2[/]lib[/]http-agents\.js$/ }, () => ({ contents: '' }));
    onLoad({ filter: /ssh2[/]lib[/]protocol[/]zlib\.js$/ }, async ({ path }) => ({
      contents: withLateCompression(await readFile(path, 'utf8')),
    }));
    // zod brings its messages in some fifty languages; ours are in one, and each start would read them all.
    onLoad({ filter: /zod[/]v4[/]locales[/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};
