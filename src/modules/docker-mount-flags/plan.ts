import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { unifiedDiff } from '../../programs/unified-diff.ts';
import { sha256 } from '../../programs/write-file.ts';
import { conflictsWith } from './decide.ts';
import type { MountFlags } from './flags.ts';
import { settingsOf } from './matrix.ts';
import type { MountFlagsParams } from './params.ts';
import type { DockerUnit, MountFlagsChange, MountFlagsState } from './state.ts';
import { differs, planEdits, type UnitEdit } from './unit-edits.ts';

/** The files to write, or nothing; each write is followed by a daemon-reload. */
export function planMountFlags(state: MountFlagsState, params: MountFlagsParams): readonly MountFlagsChange[] {
  const { service } = state;
  if (service === undefined || refuseMountFlags(state, params).length > 0) return [];
  const target = targetOf(state, params) ?? service.configured.flags;
  const plan = planEdits(service.ordered, target, { inPlace: params.in_place, dropIn: params.drop_in });
  const edits = plan.kind === 'edits' && targetOf(state, params) !== undefined ? plan.edits : [];
  if (edits.length > 0) {
    return edits.map((edit, at) => changeFor(state, service, params, edit, target, at === edits.length - 1));
  }
  return waitsForReload(service) ? [reload(state, service, params)] : [];
}

/** What stands against the wish; empty if nothing has to be done anyway. */
export function refuseMountFlags(state: MountFlagsState, params: MountFlagsParams): readonly Refusal[] {
  const what = 'docker.service';
  const target = targetOf(state, params);
  const { service, verdict, docker } = state;
  if (target === undefined || (params.want === 'auto' && !docker)) return [];
  if (!docker) return [{ what, why: 'there is no Docker on this host', hint: 'Leave this host out with `when`.' }];
  const conflicts = params.force || params.want === 'auto' ? [] : conflictsWith(target, state.facts);
  const setting = settingsOf({ flags: target, privateMounts: false });
  if (conflicts.length > 0) {
    const hint = 'Use want: auto, or force: true if you know better.';
    return conflicts.map(({ why, source }) => ({ what: `${setting} in ${what}`, why: `${why} (${source})`, hint }));
  }
  const wanted = target === state.facts.flags && (target !== 'unset' || !state.facts.privateMounts);
  if (wanted && verdict?.name !== 'unreadable') return stillSplit(service, target, params);
  if (verdict !== undefined)
    return [{ what, why: `${setting} cannot be brought about: ${verdict.why}`, hint: verdict.hint }];
  const plan = planEdits(service?.ordered ?? [], target, { inPlace: params.in_place, dropIn: params.drop_in });
  if (plan.kind === 'blocked') return [{ what: printable(plan.what), why: plan.why, hint: plan.hint }];
  return stillSplit(service, target, params);
}

/** What is wanted in the end; undefined: leave it as it is. */
export function targetOf(
  { decision }: MountFlagsState,
  { want }: Pick<MountFlagsParams, 'want'>,
): MountFlags | undefined {
  if (want !== 'auto') return want;
  return decision.kind === 'decided' && decision.wants !== 'keep' ? decision.wants : undefined;
}

/** Without MountFlags= dockerd would still not share the namespace of the host: that wish needs more than this module. */
function stillSplit(
  service: DockerUnit | undefined,
  target: MountFlags,
  { force }: MountFlagsParams,
): readonly Refusal[] {
  const others = service?.otherSettings ?? [];
  if (target !== 'unset' || others.length === 0 || force) return [];
  const why = `has ${others.join(', ')}, which give dockerd a mount namespace of its own also without MountFlags=`;
  return [
    { what: 'docker.service', why, hint: 'Take these back with systemd_dropin first; force: true goes on without.' },
  ];
}

/** The files say something that systemd has not read yet. */
export function waitsForReload({ unit, shown, configured }: DockerUnit): boolean {
  return unit.needsReload && differs(shown, configured);
}

function whyOf(state: MountFlagsState, { want }: MountFlagsParams): string {
  const { decision } = state;
  if (want !== 'auto') return `want: ${want}`;
  return decision.kind === 'decided' ? `${decision.why} (row ${decision.row})` : 'it was asked for';
}

function changeFor(
  state: MountFlagsState,
  service: DockerUnit,
  params: MountFlagsParams,
  edit: UnitEdit,
  target: MountFlags,
  last: boolean,
): MountFlagsChange {
  const { path, before, after, how } = edit;
  const shown = printable(path);
  const verb = after === undefined ? 'remove' : how === 'in-place' ? 'patch' : 'write';
  const setting = target === 'unset' ? 'MountFlags= unset' : `MountFlags=${target}`;
  return {
    id: `${verb}:${path}`,
    title: `${verb} ${shown}: ${setting} for docker.service`,
    why: whyOf(state, params),
    risk: 'file',
    certainty: 'certain',
    witness: { path, inode: before?.witness ?? 'absent', sha256: before?.sha256 ?? null },
    blast: blastOf(state),
    diff: diffOf(shown, before, after),
    action: after === undefined ? 'remove' : 'write',
    path,
    ...(after === undefined ? {} : { text: after }),
    makeDirectory: before === undefined && !service.files.directory,
    target,
    last,
  };
}

function reload(state: MountFlagsState, service: DockerUnit, params: MountFlagsParams): MountFlagsChange {
  const { configured, shown } = service;
  const now = settingsOf(shown ?? configured);
  return {
    id: 'daemon-reload',
    title: `let systemd read docker.service again: ${settingsOf(configured)}`,
    why: `the files say ${settingsOf(configured)}, and systemd still has ${now}`,
    risk: 'file',
    certainty: 'certain',
    witness: {
      shown: now,
      configured: settingsOf(configured),
      sha256: sha256(Buffer.from(service.ordered.map(({ text }) => text).join('\0'))),
    },
    blast: blastOf(state),
    action: 'reload',
    path: service.unit.fragmentPath,
    makeDirectory: false,
    target: targetOf(state, params) ?? configured.flags,
    last: true,
  };
}

/** What comes later, when dockerd is restarted: nothing of it happens by the write alone. */
function blastOf({ topology, facts, recreate }: MountFlagsState): readonly string[] {
  const stops =
    facts.liveRestore === true ? [] : [`in effect after a restart of dockerd, which stops ${runningWords(topology)}`];
  const live =
    facts.liveRestore === true
      ? ['in effect after a restart of dockerd; with live-restore containers go on running']
      : [];
  const again =
    recreate.length === 0
      ? []
      : [
          `to be recreated afterwards, as they were started in another mount namespace: ${recreate.map((name) => printable(name)).join(', ')}`,
        ];
  return [...stops, ...live, ...again];
}

/** By name, for whoever decides has to know them; a list that was not got is no empty one. */
function runningWords({ containers }: MountFlagsState['topology']): string {
  if (containers === undefined) return 'every container, and which run is not known';
  const running = containers.filter(({ pid }) => pid > 0).map(({ name }) => printable(name));
  if (running.length === 0) return 'no container, for none runs';
  return `${running.length === 1 ? 'the container' : `${running.length} containers:`} ${running.join(', ')}`;
}

/** A file that not everyone may read is not shown either: diffs end up in logs and reports. */
function diffOf(shown: string, before: UnitEdit['before'], after: string | undefined): string {
  const mode = Number.parseInt(before?.witness.split(' ')[0] ?? '81a4', 16);
  if ((mode & 0o004) === 0) return `${shown}: not shown, for not everyone may read this file\n`;
  return unifiedDiff(shown, before?.text, after ?? '');
}
