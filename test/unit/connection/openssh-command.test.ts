import { describe, expect, test } from 'vitest';
import {
  channelCommand,
  exitCommand,
  masterCommand,
  type OpensshSettings,
  type OpensshTarget,
} from '../../../src/connection/openssh-command.ts';

const TARGET: OpensshTarget = { host: 'web01', address: 'web01.example', identityFiles: [] };
const SETTINGS: OpensshSettings = { connectDeadlineMs: 2_500 };

describe('the command lines of ssh', () => {
  test('ask no question and bring nothing of the user along', () => {
    for (const argv of [
      masterCommand(TARGET, SETTINGS, '/tmp/s'),
      channelCommand(TARGET, SETTINGS, '/tmp/s', 'exec /bin/sh'),
    ]) {
      expect(argv).toEqual(expect.arrayContaining(['BatchMode=yes', 'RemoteCommand=none', 'ClearAllForwardings=yes']));
      expect(argv).toContain('ConnectTimeout=3');
      expect(argv).toContain('ControlPath=/tmp/s');
      expect(argv.join(' ')).not.toContain('StrictHostKeyChecking');
    }
  });

  test('name the host after --, and the remote command is one word', () => {
    expect(masterCommand(TARGET, SETTINGS, '/tmp/s').slice(-2)).toEqual(['--', 'web01.example']);
    expect(exitCommand(TARGET, SETTINGS, '/tmp/s').slice(0, 3)).toEqual(['ssh', '-O', 'exit']);
    expect(channelCommand({ ...TARGET, address: '-oProxyCommand=evil' }, SETTINGS, '/tmp/s', 'a b').slice(-3)).toEqual([
      '--',
      '-oProxyCommand=evil',
      'a b',
    ]);
  });

  test('carry what the inventory and the command line say', () => {
    const target = { ...TARGET, port: 2222, user: 'ops', identityFiles: ['/k 1', '/k2'], configFile: '/c' };
    const argv = masterCommand(target, { ...SETTINGS, hostKeys: 'accept-new' }, '/tmp/s');
    const pairs = argv.map((word, at) => `${word} ${argv[at + 1]}`);
    expect(pairs).toEqual(expect.arrayContaining(['-p 2222', '-l ops', '-i /k 1', '-i /k2', '-F /c']));
    expect(argv).toContain('StrictHostKeyChecking=accept-new');
    expect(masterCommand(target, { ...SETTINGS, hostKeys: 'strict' }, '/tmp/s')).toContain('StrictHostKeyChecking=yes');
  });
});
