import { UnbusyError } from '../core/errors.ts';
import { type Credentials, planCredentials } from './credentials.ts';
import { type KeyFile, readKeyFile } from './key-files.ts';
import { type AgentAnswer, askAgent } from './ssh-agent.ts';

/** Which keys a host may be offered: `required` files must be usable, `optional` ones are offered if they are there. */
export interface IdentityWishes {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly agentSocket?: string;
  readonly onlyNamed: boolean;
}

/** Asks a person for a key's passphrase; undefined if nobody can answer. */
export type AskPassphrase = (keyPath: string) => Promise<string | undefined>;

/** The keys of a run: each file read once, each agent asked once, each passphrase asked once, all before the first host. */
export class KeyRing {
  readonly #files = new Map<string, KeyFile>();
  readonly #agents = new Map<string, AgentAnswer>();

  /** Loads what the wishes name. Throws E_KEY_FILE for a required key that cannot be used. */
  async load(wishes: readonly IdentityWishes[], askPassphrase: AskPassphrase): Promise<void> {
    const sockets = new Set(wishes.flatMap((wish) => wish.agentSocket ?? []));
    for (const answer of await Promise.all([...sockets].map((socket) => askAgent(socket)))) {
      this.#agents.set(answer.socket, answer);
    }
    for (const path of new Set(wishes.flatMap((wish) => [...wish.required, ...wish.optional]))) {
      this.#files.set(path, readKeyFile(path));
    }
    for (const wish of wishes) {
      for (const path of wish.required) await this.#require(path, wish, askPassphrase);
    }
    for (const wish of wishes) await this.#unlockOne(wish, askPassphrase);
  }

  /** What to offer a host with these wishes. */
  credentials(wishes: IdentityWishes): Credentials {
    return planCredentials(this.files(wishes), this.agent(wishes), wishes.onlyNamed);
  }

  /** The key files of these wishes as they were found, required ones first. */
  files(wishes: IdentityWishes): readonly KeyFile[] {
    return [...new Set([...wishes.required, ...wishes.optional])].flatMap((path) => this.#files.get(path) ?? []);
  }

  /** What the agent of these wishes holds. */
  agent(wishes: IdentityWishes): AgentAnswer | undefined {
    return wishes.agentSocket === undefined ? undefined : this.#agents.get(wishes.agentSocket);
  }

  async #require(path: string, wishes: IdentityWishes, askPassphrase: AskPassphrase): Promise<void> {
    const file = this.#files.get(path);
    if (file === undefined || file.state === 'ready' || file.state === 'foreign') return;
    if (this.#isInAgent(file, wishes)) return;
    if (file.state === 'missing' || file.state === 'unreadable') {
      throw new UnbusyError('E_KEY_FILE', `The private key ${path} cannot be read: ${file.why ?? 'no such file'}.`, {
        hint: 'Correct the path (identity_file in the inventory, or --private-key), or make the file readable for you.',
        data: { path },
      });
    }
    if (!(await this.#unlock(file, askPassphrase))) {
      throw new UnbusyError('E_KEY_FILE', `The private key ${path} is encrypted and there is no passphrase for it.`, {
        hint: `Run \`ssh-add ${path}\` first, or start the run where the passphrase can be asked.`,
        data: { path },
      });
    }
  }

  /** Asks for the passphrase of an optional key only if the host would have no key at all without it, as ssh would. */
  async #unlockOne(wishes: IdentityWishes, askPassphrase: AskPassphrase): Promise<void> {
    if (this.credentials(wishes).offered.length > 0) return;
    for (const file of this.files(wishes)) {
      if (file.state === 'encrypted' && (await this.#unlock(file, askPassphrase))) return;
    }
  }

  async #unlock(file: KeyFile, askPassphrase: AskPassphrase): Promise<boolean> {
    if (this.#refused.has(file.path)) return false;
    const passphrase = await askPassphrase(file.path);
    if (passphrase === undefined) {
      this.#refused.add(file.path);
      return false;
    }
    const unlocked = readKeyFile(file.path, passphrase);
    if (unlocked.state !== 'ready') {
      throw new UnbusyError('E_KEY_FILE', `The passphrase does not open the private key ${file.path}.`, {
        hint: 'Run again with the right passphrase, or load the key into an agent with ssh-add.',
        data: { path: file.path, reason: unlocked.why ?? unlocked.state },
      });
    }
    this.#files.set(file.path, unlocked);
    return true;
  }

  /** Keys whose passphrase nobody could give. */
  readonly #refused = new Set<string>();

  #isInAgent(file: KeyFile, wishes: IdentityWishes): boolean {
    const { blob } = file;
    return blob !== undefined && (this.agent(wishes)?.keys ?? []).some((key) => key.blob.equals(blob));
  }
}
