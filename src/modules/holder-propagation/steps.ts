import { printable } from '../../core/text.ts';
import { textFileDiff, textFileWitness } from '../../programs/text-file.ts';
import { DROP_IN, dropInDirectory } from './drop-in.ts';
import type { HolderPropagationParams } from './params.ts';
import type { CopyKey, HeldCopy, HeldService, HolderChange, HolderState } from './state.ts';
import { CAUSE_WORDS, copiesWords, latentOf, leakedOf, mainCause, serviceWords } from './words.ts';

/** The change that writes the drop-in and lets systemd read it; undefined if it was not looked at. */
export function dropInChange(state: HolderState, holder: HeldService): HolderChange | undefined {
  const { dropIn, unit } = holder;
  if (dropIn === undefined) return undefined;
  const { file, directory } = dropIn;
  const write = file.text !== DROP_IN;
  const others = state.services.filter(({ name, needsReload }) => needsReload && name !== unit.asked);
  const reload =
    others.length === 0
      ? []
      : [`systemd also reads the changed unit files of ${listed(others.map(({ name }) => name))}`];
  return {
    id: `drop-in:${unit.asked}`,
    title: write ? `set MountFlags=slave for ${printable(unit.asked)}` : `let systemd read ${printable(file.path)}`,
    why: CAUSE_WORDS['mount-flags'],
    risk: 'file',
    certainty: 'certain',
    witness: textFileWitness(file),
    ...(reload.length === 0 ? {} : { blast: reload }),
    ...(write ? { diff: textFileDiff(file, DROP_IN) } : {}),
    step: {
      kind: 'drop-in',
      unit: unit.asked,
      content: DROP_IN,
      write,
      makeDirectory: directory.type === 'absent' ? dropInDirectory(unit.asked) : '',
    },
  };
}

/** The change that restarts a service; undefined if nobody of it was seen. */
export function restartChange(
  holder: HeldService,
  params: HolderPropagationParams,
  expected: readonly string[],
  dropIn: HolderChange | undefined,
): HolderChange | undefined {
  const { task, unit, along, copies } = holder;
  if (task === undefined) return undefined;
  return {
    id: `restart:${unit.asked}`,
    title: `restart ${serviceWords(holder)}`,
    why: whyRestarted(holder),
    risk: 'restart-holder',
    certainty: 'certain',
    witness: { ...task, mainPid: unit.mainPid },
    ...(dropIn === undefined ? {} : { needs: [dropIn.id] }),
    blast: blastOf(holder, params),
    step: {
      kind: 'restart',
      holder: task,
      covers: copies.filter((copy) => copy.kind === 'leaked' || dropIn !== undefined).map(keyOf),
      along: along.map(({ id }) => id),
      expected,
      hears: dropIn !== undefined,
    },
  };
}

function whyRestarted(holder: HeldService): string {
  const leaked = leakedOf(holder);
  const what =
    leaked.length > 0
      ? `it keeps ${copiesWords(leaked)}, gone from the host`
      : `it has a copy of ${copiesWords(latentOf(holder))}, and will keep that`;
  return `${what}; ${CAUSE_WORDS[mainCause(holder.copies)]}`;
}

function blastOf(holder: HeldService, { remedy }: HolderPropagationParams): readonly string[] {
  const { unit, along, copies } = holder;
  const name = printable(unit.asked);
  const again = copies.some(
    ({ cause }) => cause === 'private-origin' || (cause === 'mount-flags' && remedy === 'restart'),
  );
  return [
    `${name} stops and starts again; what it serves is away meanwhile`,
    ...along.map(({ id }) => `${printable(id)} is restarted along with it`),
    ...(unit.needsReload ? [`its unit file was changed since systemd read it; it starts as systemd knows it`] : []),
    ...(again ? [`it will copy what runs at its start once more, and keep that too when it goes`] : []),
  ];
}

function keyOf({ namespace, mount }: HeldCopy): CopyKey {
  return { namespace, id: mount.id, device: mount.device, point: mount.point };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => printable(name));
  return names.length > 4 ? `${shown.join(', ')} and ${names.length - 4} more` : shown.join(', ');
}
