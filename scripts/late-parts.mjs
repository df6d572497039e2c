// A plugin for esbuild: parts of Node and of the libraries that no start needs are loaded when they are first used, and a few lines of
// ssh2 that each start or each packet pays for are rewritten.
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

/** Replaces a place that the text has so many times; if it has not, the library has changed. */
function replaced(text, times, place, by) {
  const found = text.split(place).length - 1;
  if (found !== times) throw new Error(`ssh2 has "${place}" ${found} times, not ${times}`);
  return text.replaceAll(place, by);
}

/**
 * ssh2 signs and verifies at each start to learn whether there is Ed25519. Node has it, unless OpenSSL's FIPS mode forbids it; where only
 * the configuration of OpenSSL does, the handshake fails instead of the choice of algorithms.
 */
const withoutTrial = (text) =>
  replaced(text, 1, 'const eddsaSupported = (() => {', 'const eddsaSupported = crypto.getFips() === 0 || (() => {');

/** The padding of a packet is a few random bytes; asking for them one packet at a time costs as much as encrypting it. */
const PADDING = `
const paddingPool = Buffer.alloc(4096);
let paddingUsed = paddingPool.length;
function fillPadding(packet, at, length) {
  if (paddingUsed + length > paddingPool.length) {
    randomFillSync(paddingPool);
    paddingUsed = 0;
  }
  paddingPool.copy(packet, at, paddingUsed, paddingUsed + length);
  paddingUsed += length;
}
`;

const withPooledPadding = (text) =>
  replaced(text, 7, 'randomFillSync(packet, 5 + payloadLen, padLen)', 'fillPadding(packet, 5 + payloadLen, padLen)') +
  PADDING;

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
  setup({ onResolve, onLoad, onEnd }) {
    onResolve({ filter: LATE }, ({ path, namespace }) =>
      namespace === 'late' ? { path, external: true } : { path, namespace: 'late' },
    );
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({ contents: standIn(path) }));
    onResolve({ filter: /^assert$/ }, ({ path }) => ({ path, namespace: 'assertions' }));
    onLoad({ filter: /./, namespace: 'assertions' }, () => ({ contents: ASSERTIONS }));
    // Agents that send HTTP through SSH; the whole of http and https comes with them.
    onLoad({ filter: /ssh2[/]lib[/]http-agents\.js$/ }, () => ({ contents: '' }));
    // Native code is not part of the bundle, and looking for it takes its time.
    onResolve({ filter: /^cpu-features$|\.node$/ }, ({ path }) => ({ path, namespace: 'native' }));
    onLoad({ filter: /./, namespace: 'native' }, () => ({ contents: "throw new Error('no native code here')" }));
    const unseen = new Map([
      ['constants', withoutTrial],
      ['crypto', withPooledPadding],
      ['zlib', withLateCompression],
    ]);
    for (const [name, rewritten] of unseen) {
      onLoad({ filter: new RegExp(`ssh2[/]lib[/]protocol[/]${name}\\.js$`) }, async ({ path }) => {
        unseen.delete(name);
        return { contents: rewritten(await readFile(path, 'utf8')) };
      });
    }
    onEnd(() => ({ errors: [...unseen.keys()].map((name) => ({ text: `ssh2 has no protocol/${name}.js any more` })) }));
    // zod brings its messages in some fifty languages; ours are in one, and each start would read them all.
    onLoad({ filter: /zod[/]v4[/]locales[/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};
