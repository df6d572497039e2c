import type { LeakedMount } from '../../mounts/leak.ts';
import { CAUSE_WORDS, holderWords, REMEDY_WORDS } from '../../mounts/leak-words.ts';
import { count } from '../../report/story.ts';
import type { TreeNode } from '../../report/tree.ts';
import type { WhyAnswer } from './why-answer.ts';
import { isFromDisk } from './why-exit.ts';

/** How many gaps are told one by one. */
const GAPS = 5;

/** The answer as a tree: what holds it, in which namespace, why, what an unmount would reach, what would free it. */
export function whyTree(host: string, answer: WhyAnswer): TreeNode {
  const children = [
    ...byNamespace(answer.leaks).map((leaks) => holderNode(leaks, answer)),
    ...latentNodes(answer),
    ...userNodes(answer),
    ...answer.findings.map(
      (finding): TreeNode => ({
        label: finding.title,
        tone: 'warn',
        children: [{ label: `why: ${finding.cause}` }, { label: `frees it: ${finding.remedy}`, tone: 'good' }],
      }),
    ),
    ...sweepNodes(answer),
    ...gapNodes(answer),
  ];
  return { label: `${host}: ${headWords(answer)}`, tone: 'bold', children };
}

function headWords(answer: WhyAnswer): string {
  const { target, living, leaks, gaps, owner } = answer;
  const silent = isFromDisk(answer);
  const said = verdict(leaks, gaps.length + (silent ? 1 : 0));
  if (owner !== undefined) return `${owner}: ${said}`;
  const { kind, name, id, container } = target;
  if (kind === 'path') return `${name}: ${said}`;
  if (kind === 'device') return `device ${name} (${id}): ${said}`;
  const state = container?.status ?? 'unknown to Docker';
  const lives = silent ? 'so its files say; whether it lives is not known' : 'it lives, and its mounts are its own';
  return `container ${name} (${id.slice(0, 12)}), ${state}: ${living ? lives : said}`;
}

function verdict(leaks: readonly LeakedMount[], gaps: number): string {
  const namespaces = new Set(leaks.map((leak) => leak.namespace)).size;
  if (namespaces > 0) return `held in ${count(namespaces, 'mount namespace')}`;
  return gaps > 0 ? 'no mount was seen, but not everything could be looked at' : 'no mount of it in any namespace';
}

function byNamespace(leaks: readonly LeakedMount[]): readonly (readonly LeakedMount[])[] {
  const groups = new Map<number, LeakedMount[]>();
  for (const leak of leaks) groups.set(leak.namespace, [...(groups.get(leak.namespace) ?? []), leak]);
  return [...groups.values()];
}

function holderNode(leaks: readonly LeakedMount[], answer: WhyAnswer): TreeNode {
  const [first] = leaks;
  if (first === undefined) return { label: '' };
  const also = first.alsoHolding.length === 0 ? '' : `, with ${first.alsoHolding.join(', ')}`;
  return {
    label: `held by ${holderWords(first.holder)} in mount namespace ${first.namespace}${also}`,
    tone: 'bad',
    children: [
      { label: `why: ${CAUSE_WORDS[first.cause]}` },
      ...leaks.map((leak) => mountNode(leak, answer)),
      { label: `frees it: ${REMEDY_WORDS[first.cause]}`, tone: 'good' },
    ],
  };
}

function mountNode(leak: LeakedMount, { openers }: WhyAnswer): TreeNode {
  const { mount, reach, foreignBelow, stackedAbove, locked } = leak;
  const opened = openers.get(leak);
  const children: TreeNode[] = [];
  if (opened !== undefined) children.push({ label: `in use: ${opened}`, tone: 'warn' });
  if (reach.alive.length > 0) {
    children.push({
      label: `an unmount would reach what lives: ${reach.alive.join(', ')}; it would be refused`,
      tone: 'bad',
    });
  } else if (reach.unknown !== undefined) {
    children.push({
      label: `what an unmount would reach is not known: ${reach.unknown}; it would be refused`,
      tone: 'warn',
    });
  } else if (reach.spreads.length > 0) {
    children.push({ label: `an unmount would go on to ${reach.spreads.length} copies, none of which lives` });
  }
  for (const other of foreignBelow)
    children.push({ label: `below it: ${other.point}, which is no leak; it would be refused`, tone: 'warn' });
  for (const other of stackedAbove)
    children.push({ label: `hidden by ${other.point}, which is no leak; it would be refused`, tone: 'warn' });
  if (locked)
    children.push({
      label: 'locked: its namespace belongs to another user namespace (EINVAL on umount)',
      tone: 'warn',
    });
  return {
    label: `${mount.point} (${mount.fstype} ${mount.device}, mount ${mount.id}, on ${leak.parentMount?.point ?? 'no mount'})`,
    children,
  };
}

function latentNodes({ latent }: WhyAnswer): readonly TreeNode[] {
  return latent.map(({ holder, namespace, point }) => ({
    label: `${holderWords(holder)} has a private copy at ${point} in mount namespace ${namespace}: it will leak when the container is removed`,
    tone: 'warn',
  }));
}

/** A mount is not all that keeps a device: told apart, as no unmount helps against it. */
function userNodes({ users = [] }: WhyAnswer): readonly TreeNode[] {
  return users.length === 0
    ? []
    : [{ label: 'besides mounts', tone: 'warn', children: users.map((label) => ({ label })) }];
}

function sweepNodes({ plan, refusals, playbook }: WhyAnswer): readonly TreeNode[] {
  if (plan.length + refusals.length === 0) return [];
  return [
    {
      label:
        playbook === undefined ? 'a sweep with its defaults (playbooks/sweep-dead.yml)' : `a release (${playbook})`,
      children: [
        ...plan.map(
          (change): TreeNode => ({
            label: `would ${change.title} [${change.certainty}, ${change.risk}]`,
            tone: 'changed',
          }),
        ),
        ...refusals.map(
          (refusal): TreeNode => ({
            label: `would refuse to ${refusal.what}: ${refusal.why}`,
            tone: 'bad',
            children: [{ label: refusal.hint }],
          }),
        ),
      ],
    },
  ];
}

function gapNodes({ gaps }: WhyAnswer): readonly TreeNode[] {
  if (gaps.length === 0) return [];
  const told = gaps.slice(0, GAPS).map(({ what, why }) => ({ label: `${what}: ${why}` }));
  const more = gaps.length - told.length;
  return [
    {
      label: `not seen: ${gaps.length}`,
      tone: 'warn',
      children: more > 0 ? [...told, { label: `and ${more} more` }] : told,
    },
  ];
}
