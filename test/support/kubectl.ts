import { debianProgram } from '../lab/debian-program.ts';

const found = await debianProgram('kubectl');
if (!found.ok) process.stderr.write(`LEFT OUT: what needs kubectl: ${found.why}\n`);

/** Path of a real kubectl, Debian's; undefined where this machine cannot have it, which has been said on stderr then. */
export const KUBECTL: string | undefined = found.ok ? found.path : undefined;
