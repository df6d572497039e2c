import type { ProgramRecord } from '../connection/session.ts';
import { readCgroups } from '../mounts/cgroup.ts';
import type { MountEntry, MountNamespace, MountView, NamespaceTask } from '../mounts/model.ts';
import { parseMountLine } from '../mounts/mountinfo.ts';
import type { Pin, PinnedTable } from './read-pinned.ts';

/** A namespace while its records come in. */
interface Draft {
  readonly inode: number;
  readonly tasks: NamespaceTask[];
  taskCount: number;
  mounts?: MountEntry[];
  reader?: string;
  /** File of a namespace whose tasks all live in a chroot, so that it must be entered to be read. */
  jail?: string;
  userNamespace?: number;
}

/** Puts the records of scan-mounts together. */
export class MountRecords {
  readonly #drafts = new Map<number, Draft>();
  readonly #open: Pin[] = [];
  readonly #unreadable: { pid: number; why: string }[] = [];
  #host = 0;
  #own = 0;
  #table: MountEntry[] = [];

  /** Takes one record; a text says what is wrong with it. */
  take({ kind, fields }: ProgramRecord): string | undefined {
    const [first = '', second = '', third = ''] = fields;
    switch (kind) {
      case 'host':
        this.#host = Number(first);
        return undefined;
      case 'own':
        this.#own = Number(first);
        return undefined;
      case 'unreadable':
        this.#unreadable.push({ pid: Number(first), why: second });
        return undefined;
      case 'pin':
        this.#open.push({ namespace: Number(first), file: second });
        return undefined;
      case 'table':
        return this.#begin(Number(first), second);
      case 'jail':
        this.#draft(Number(first)).jail = `/proc/${second}/ns/mnt`;
        return undefined;
      case 'mount':
        return this.#mount(first);
      case 'ns':
        return this.#namespace(Number(first), Number(second), third);
      case 'task':
        return this.#task(fields);
      default:
        return `a record of an unknown kind: ${kind}`;
    }
  }

  /** Namespaces that must be entered to be read: nobody lives there, or only in a chroot. */
  toEnter(): readonly Pin[] {
    const found = new Map<number, string>();
    for (const { inode, jail } of this.#drafts.values()) if (jail !== undefined) found.set(inode, jail);
    for (const { namespace, file } of this.#pins()) {
      const draft = this.#drafts.get(namespace);
      if ((draft === undefined || draft.taskCount === 0) && !found.has(namespace)) found.set(namespace, file);
    }
    return [...found].map(([namespace, file]) => ({ namespace, file }));
  }

  /** The whole picture, with what was read inside of namespaces. */
  view(entered: readonly PinnedTable[]): MountView {
    const pins = this.#pins();
    const tables = new Map(entered.map((table) => [table.namespace, table]));
    const unreadable = [...this.#unreadable];
    for (const { namespace } of entered) this.#draft(namespace);
    const namespaces = [...this.#drafts.values()].map((draft): MountNamespace => {
      const { inode, tasks, taskCount, userNamespace } = draft;
      const table = tables.get(inode);
      const files = pins.filter((pin) => pin.namespace === inode).map((pin) => pin.file);
      const mounts = table !== undefined && 'mounts' in table ? table.mounts : draft.mounts;
      if (table !== undefined && 'why' in table) {
        unreadable.push({
          pid: tasks[0]?.tid ?? 0,
          why: `mount namespace ${inode} (${files[0] ?? 'in a chroot'}): ${table.why}`,
        });
      }
      return {
        inode,
        tasks,
        taskCount,
        pins: files,
        chrooted: draft.jail !== undefined && mounts === undefined,
        ...(mounts === undefined ? {} : { mounts }),
        ...(userNamespace === undefined ? {} : { userNamespace }),
      };
    });
    return { hostNamespace: this.#host, ownNamespace: this.#own, namespaces, unreadable };
  }

  #begin(inode: number, reader: string): undefined {
    this.#table = [];
    Object.assign(this.#draft(inode), { mounts: this.#table, reader });
  }

  #mount(line: string): string | undefined {
    const mount = parseMountLine(line);
    if (mount === undefined) return `a line that is no mount: ${line}`;
    this.#table.push(mount);
    return undefined;
  }

  #namespace(inode: number, taskCount: number, user: string): undefined {
    const draft = this.#draft(inode);
    draft.taskCount = taskCount;
    if (/^\d+$/.test(user)) draft.userNamespace = Number(user);
  }

  #task(fields: readonly string[]): string | undefined {
    const [inode, pid, tid, startTime, command, executable = '', cgroups = ''] = fields;
    if (startTime === undefined || command === undefined) return 'a task without its fields';
    this.#draft(Number(inode)).tasks.push({
      pid: Number(pid),
      tid: Number(tid),
      startTime,
      command,
      ...readCgroups(cgroups.split('\n')),
      ...(executable === '' ? {} : { executable }),
    });
    return undefined;
  }

  #draft(inode: number): Draft {
    const known = this.#drafts.get(inode);
    if (known !== undefined) return known;
    const draft: Draft = { inode, tasks: [], taskCount: 0 };
    this.#drafts.set(inode, draft);
    return draft;
  }

  /** Open files, and mounts of nsfs with a mount namespace in them; outside the host's table those are reached through a task's root. */
  #pins(): readonly Pin[] {
    const mounted = [...this.#drafts.values()].flatMap((draft) =>
      (draft.mounts ?? []).flatMap((mount) => {
        const inode = mount.fstype === 'nsfs' ? /^mnt:\[(\d+)\]$/.exec(mount.root)?.[1] : undefined;
        if (inode === undefined) return [];
        const file = draft.inode === this.#host ? mount.point : `/proc/${draft.reader}/root${mount.point}`;
        return [{ namespace: Number(inode), file }];
      }),
    );
    return [...mounted, ...this.#open];
  }
}
