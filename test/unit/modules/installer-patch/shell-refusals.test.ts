import { beforeAll, describe, expect, it } from 'vitest';
import { addPatch, removePatch } from '../../../../src/modules/installer-patch/patch.ts';
import { loadShellParser, type ShellParser } from '../../../../src/modules/installer-patch/shell-parser.ts';
import { guessShellKind, readShellSubject } from '../../../../src/modules/installer-patch/shell-subject.ts';
import { added, problemsOf, wish } from './patch-bench.ts';

let parse: ShellParser;
beforeAll(async () => {
  parse = await loadShellParser();
});

const GOOD = 'docker run -d --name cadvisor -v /:/rootfs:ro cadvisor\n';
const install = (text: string) => readShellSubject(parse, text, 'shell_install');
const uninstall = (text: string) => readShellSubject(parse, text, 'shell_uninstall');

/** What stands before a good line, and where the refusal says that it is. */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['a variable', 'D=docker\n$D run -d --name web web\n', '2:1'],
  ['a variable with a default', '  "$' + '{DOCKER:-docker}" run web\n', '1:3'],
  ['a variable that may be anything', '$CMD stop web\n', '1:1'],
  ['eval', 'eval "docker run $X"\n', '1:1'],
  ['eval of a variable', 'X=1\neval "$CMD"\n', '2:6'],
  ['another shell', 'sudo sh -c "docker run web"\n', '1:6'],
  ['a script for another shell', 'bash <<EOF\ndocker run web\nEOF\n', '1:1'],
  ['a pipe into a shell', 'echo "docker run web" | sudo sh\n', '1:30'],
  ['a document into a shell', 'cat <<EOF | sh -s\ndocker -H x run $X\nEOF\n', '1:13'],
  ['a shell with the verb as its argument', "sh -c 'docker $1 web' x run\n", '1:1'],
  ['another host', 'ssh db docker stop web\n', '1:1'],
  ['a function of that name', 'docker() { command docker "$@"; }\n', '1:1'],
  ['a function around it', 'retry() { "$@"; }\nretry docker run -d web\n', '2:7'],
  ['a function that takes the image', 'up() { docker run -d "$@"; }\nup web\n', '1:8'],
  ['an alias', 'alias d="sudo docker"\n', '1:1'],
  ['a subcommand that is not known', 'docker $ACTION web\n', '1:8'],
  ['a trap', "trap 'docker rm -f tmp' EXIT\n", '1:1'],
  ['an image that is not known', 'docker run -d "$IMAGE"\n', '1:1'],
  ['options that are not known', 'docker run $OPTIONS --name web web\n', '1:1'],
  ['a loop over monitors and others', 'for m in cadvisor web; do\n  docker run -d --name $m $m:1\ndone\n', '2:3'],
  ['a script that reads itself', 'tail -n +9 "$0" | tar x\n', '1:1'],
  ['carriage returns', 'echo\r\n', '1:5'],
  ['what is no script', 'if true; do\n', '1:1'],
  ['a monitor that must not be privileged', 'docker run --privileged=false --name node-exporter x\n', '1:1'],
];

describe('refuses, and says where,', () => {
  it.each(REFUSED)('%s', (_, before, place) => {
    const problems = problemsOf(addPatch(before + GOOD, wish('privileged'), install));
    expect(problems.map((each) => each.split(' ')[0])).toContain(place);
  });

  it('none of it in the good line that each of them had (control)', () => {
    expect(added(GOOD, wish('privileged'), install)).toContain('docker run --privileged -d');
  });

  it.each([
    ['a path that is not known', '-v "$ROOT:/rootfs"', '1:39'],
    ['a propagation that somebody chose', '-v /:/rootfs:ro,private', '1:39'],
    ['a mount that is not known', '--mount "$MOUNT"', '1:44'],
  ])('%s, for rslave alone', (_, bind, place) => {
    const text = `docker run -d --name node-exporter ${bind} node-exporter\n`;
    expect(problemsOf(addPatch(text, wish('rslave'), install)).map((each) => each.split(' ')[0])).toEqual([place]);
    expect(problemsOf(addPatch(text, wish('privileged'), install))).toEqual([]);
  });

  it('a script that starts no monitor', () => {
    const text = 'docker run -d --name web web\n';
    expect(problemsOf(addPatch(text, wish('privileged'), install))).toEqual([
      '1:1 starts none of the monitors (cadvisor, node-exporter); containers that it starts: 1',
    ]);
    expect(problemsOf(addPatch(text, wish(undefined), install))).toEqual([]);
  });

  it('a place that is on no line of its own', () => {
    const text = 'case $1 in\n  stop) docker stop web ;;\n  *) echo ;;\nesac\n';
    expect(problemsOf(addPatch(text, wish(undefined), uninstall))[0]).toMatch(
      /^2:9 there is no line of its own before/,
    );
  });

  it('what nothing can come after', () => {
    expect(problemsOf(addPatch('exec docker run --name web web\n', wish(undefined), install))[0]).toMatch(/^1:1 exec/);
  });

  it('lines of ours that somebody edited, or that stand there twice', () => {
    const once = added(GOOD, wish('privileged'), install);
    expect(problemsOf(removePatch(once.replace(' || :', ''), install))).toEqual([
      '2:1 our own lines were edited since they were written',
    ]);
    expect(problemsOf(removePatch(once + once, install))[0]).toMatch(/^5:1 our own lines stand here a second time/);
    expect(problemsOf(removePatch(once.replace(' --privileged', ''), install))[0]).toMatch(/^2:1 privileged was added/);
  });
});

describe('a script that cannot be understood any more', () => {
  it('keeps our lines, and says so', () => {
    const once = added(GOOD, wish('privileged'), install);
    expect(problemsOf(removePatch(`if true; then\n${once}`, install))[0]).toMatch(/cannot be understood from here on$/);
    expect(problemsOf(removePatch(`if true; then\n${once}fi\n`, install))).toEqual([]);
  });
});

describe('the parser', () => {
  it('is one, however many ask for it at once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => loadShellParser()));
    expect(new Set(all).size).toBe(1);
  });
});

describe('does not mistake for docker', () => {
  it.each([
    'echo "docker run $X"\n',
    '# eval docker\n',
    'cat >uninstall.sh <<\'EOF\'\neval "docker stop $1"\nEOF\n',
    'systemctl stop docker\n',
    'curl -fsSL https://get.docker.com | sudo sh\n',
    'su - op -c "docker ps"\n',
    '"$DIR/prepare.sh" stop\n',
    'apt-get install -y docker.io\n',
  ])('%j', (before) => {
    expect(problemsOf(addPatch(before + GOOD, wish('privileged'), install))).toEqual([]);
  });
});

describe('what a script is for', () => {
  it.each([
    ['docker run web\n', 'shell_install'],
    ['docker rm web\n', 'shell_uninstall'],
    ['docker rm web\ndocker run web\n', undefined],
    ['echo\n', undefined],
  ])('%j: %s', (text, kind) => {
    expect(guessShellKind(parse, text)).toBe(kind);
  });
});
