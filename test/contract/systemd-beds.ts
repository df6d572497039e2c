import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ShellHost } from '../support/shell-host.ts';
import { type ShellKind, shellKinds } from '../support/shells.ts';
import { OWN_KEY, openSysctlWorld } from '../support/sysctl-world.ts';
import { laySystemd, layUnit, pictureOfSystemd, readByStandIn, underSystemd } from '../support/systemd-world.ts';
import type { KitWorld, ModuleBed } from './module-kit.ts';

/** A host where a stand-in is asked for systemd; laid out by `lay`. */
const openSystemd = (sandbox: string): Promise<KitWorld> =>
  Promise.resolve({
    session: new ShellHost(underSystemd(shellKinds()[0] as ShellKind, sandbox)),
    picture: () => pictureOfSystemd(sandbox),
    close: () => Promise.resolve(),
  });

const DROP_IN = { unit: 'app.service', name: '10-test.conf' };
const dropInFile = (sandbox: string) => join(sandbox, 'etc/app.service.d/10-test.conf');

function layDropIn(sandbox: string, text?: string): void {
  laySystemd(sandbox);
  layUnit(sandbox, 'app.service');
  if (text === undefined) return;
  mkdirSync(join(sandbox, 'etc/app.service.d'), { recursive: true });
  writeFileSync(dropInFile(sandbox), text);
  readByStandIn(sandbox, 'app.service');
}

const systemdDropIn: readonly ModuleBed[] = [
  {
    name: 'a new one',
    lay: (sandbox) => {
      layDropIn(sandbox);
      return { ...DROP_IN, settings: { Service: { MountFlags: 'slave' } } };
    },
    disturb: (sandbox) => mkdirSync(join(sandbox, 'etc/app.service.d')),
    callsHost: true,
    open: openSystemd,
  },
  {
    name: 'another content',
    lay: (sandbox) => {
      layDropIn(sandbox, '[Service]\nMountFlags=private\n');
      return { ...DROP_IN, content: '[Service]\nMountFlags=slave\n' };
    },
    disturb: (sandbox) => writeFileSync(dropInFile(sandbox), '[Service]\nNice=1\n'),
    callsHost: true,
    open: openSystemd,
  },
  {
    name: 'one that must go',
    lay: (sandbox) => {
      layDropIn(sandbox, '[Service]\nMountFlags=private\n');
      return { ...DROP_IN, state: 'absent' };
    },
    disturb: (sandbox) => writeFileSync(dropInFile(sandbox), '[Service]\nNice=1\n'),
    callsHost: true,
    open: openSystemd,
  },
  {
    name: 'as wanted',
    lay: (sandbox) => {
      layDropIn(sandbox, '[Service]\nMountFlags=slave\n');
      return { ...DROP_IN, settings: { Service: { MountFlags: 'slave' } } };
    },
    callsHost: true,
    open: openSystemd,
  },
];

/** A unit with these facts, which somebody else changes to others meanwhile. */
function unitBed(
  name: string,
  params: Readonly<Record<string, unknown>>,
  facts: Readonly<Record<string, string>>,
  later?: Readonly<Record<string, string>>,
): ModuleBed {
  const disturb = (sandbox: string) => layUnit(sandbox, 'app.service', later);
  return {
    name,
    lay: (sandbox) => {
      laySystemd(sandbox);
      layUnit(sandbox, 'app.service', facts);
      return { name: 'app.service', ...params };
    },
    ...(later === undefined ? {} : { disturb }),
    callsHost: true,
    open: openSystemd,
  };
}

const DOWN = { ActiveState: 'inactive', SubState: 'dead', MainPID: '0' };

const systemdUnit: readonly ModuleBed[] = [
  unitBed('one to start', { state: 'started', enabled: true }, DOWN, { MainPID: '7' }),
  unitBed('one to stop', { state: 'stopped' }, {}, { MainPID: '7' }),
  unitBed('one to enable', { enabled: true }, { UnitFileState: 'disabled' }, {}),
  unitBed('one to disable', { enabled: false }, {}, { UnitFileState: 'disabled' }),
  unitBed('one to mask', { masked: true, state: 'stopped' }, DOWN, { ...DOWN, UnitFileState: 'disabled' }),
  unitBed(
    'one to unmask and start',
    { masked: false, state: 'started' },
    { ...DOWN, LoadState: 'masked', UnitFileState: 'masked' },
    { ...DOWN, UnitFileState: 'disabled' },
  ),
  unitBed('one that is as wanted', { state: 'started', enabled: true, masked: false }, {}),
];

const jsonFile = (sandbox: string) => join(sandbox, 'daemon.json');

const jsonKeys: readonly ModuleBed[] = [
  {
    name: 'a new file',
    lay: (sandbox) => ({ path: jsonFile(sandbox), keys: { 'live-restore': true }, mode: '0600' }),
    disturb: (sandbox) => writeFileSync(jsonFile(sandbox), '{}'),
    callsHost: true,
  },
  {
    name: 'a new file in a new directory',
    lay: (sandbox) => ({ path: join(sandbox, 'docker/daemon.json'), keys: { debug: false } }),
    disturb: (sandbox) => mkdirSync(join(sandbox, 'docker')),
    callsHost: true,
  },
  {
    name: 'other keys',
    lay: (sandbox) => {
      writeFileSync(jsonFile(sandbox), '{\r\n\t"log-opts": {"max-size": "1m"},\r\n\t"old": 1\r\n}');
      return { path: jsonFile(sandbox), keys: { 'log-opts': { 'max-file': '3' } }, absent_keys: ['old'] };
    },
    disturb: (sandbox) => writeFileSync(jsonFile(sandbox), '{"theirs": 1}'),
    callsHost: true,
  },
  {
    name: 'as wanted',
    lay: (sandbox) => {
      writeFileSync(jsonFile(sandbox), '{"a": {"b": 1.0}}');
      return { path: jsonFile(sandbox), keys: { a: { b: 1 } }, absent_keys: ['old', ['a', 'c']] };
    },
    callsHost: true,
  },
  {
    name: 'a file that a unit reads',
    lay: (sandbox) => {
      laySystemd(sandbox);
      layUnit(sandbox, 'app.service');
      writeFileSync(jsonFile(sandbox), '{"a": 1}');
      return { path: jsonFile(sandbox), keys: { a: 2 }, restarts: 'app.service' };
    },
    disturb: (sandbox) => writeFileSync(jsonFile(sandbox), '{"theirs": 1}'),
    callsHost: true,
    open: openSystemd,
  },
];

async function openSysctl(sandbox: string): Promise<KitWorld> {
  const world = await openSysctlWorld(sandbox);
  const run = (commandLine: string) => Promise.resolve(world.run(commandLine));
  return { ...world, run, session: new ShellHost(world.inside(shellKinds()[0] as ShellKind)) };
}

const sysctl: readonly ModuleBed[] = [
  {
    name: 'now and for the next boot',
    lay: () => ({ key: OWN_KEY, value: 1 }),
    disturb: (_sandbox, world) => world.run?.('echo 1 >/proc/sys/net/ipv4/ip_forward'),
    callsHost: true,
    open: openSysctl,
  },
  {
    name: 'for the next boot',
    lay: () => ({ key: OWN_KEY, value: 0, file: '/etc/sysctl.d/10-x.conf' }),
    disturb: (sandbox) => writeFileSync(join(sandbox, 'etc/sysctl.d/10-x.conf'), '# theirs\n'),
    callsHost: true,
    open: openSysctl,
  },
  { name: 'as wanted', lay: () => ({ key: OWN_KEY, value: 0, persistent: false }), callsHost: true, open: openSysctl },
];

/** Beds of the modules that edit what units are configured by. */
export const SYSTEMD_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  json_keys: jsonKeys,
  systemd_dropin: systemdDropIn,
  systemd_unit: systemdUnit,
  sysctl,
};
