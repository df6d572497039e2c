import { UNKNOWN, type Word } from './word.ts';

/** One `-v`, `--volume` or `--mount` of a container, with where its value ends. */
export interface RunBind {
  readonly form: 'volume' | 'mount';
  readonly value: string;
  readonly at: number;
  readonly end: number;
}

/** What the words after `docker run` say of the container, as far as they can be read. */
export interface RunOptions {
  readonly name: string | undefined;
  /** Undefined: nobody can tell which word it is. */
  readonly image: string | undefined;
  readonly binds: readonly RunBind[];
  readonly privileged: 'yes' | 'no' | 'absent';
  readonly privilegedAt: number;
  /** The word from which on nobody can tell what is an option and what is the image. */
  readonly unclear: Word | undefined;
}

/** Options of docker run and podman run that take no value; every other long option that they document takes one. */
const FLAGS = new Set(
  `detach interactive tty rm init privileged read-only publish-all no-healthcheck oom-kill-disable sig-proxy
   disable-content-trust quiet help use-api-socket replace tls-verify no-hosts no-hostname rmi env-host http-proxy
   read-only-tmpfs passwd unsetenv-all`.split(/\s+/),
);

const VALUED = new Set(
  `add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile cpu-count
   cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems detach-keys device
   device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns dns-opt dns-option dns-search
   domainname entrypoint env env-file expose gpus group-add health-cmd health-interval health-retries health-start-interval
   health-start-period health-timeout hostname io-maxbandwidth io-maxiops ip ip6 ipc isolation kernel-memory label
   label-file link link-local-ip log-driver log-opt mac-address memory memory-reservation memory-swap memory-swappiness
   mount name net net-alias network network-alias oom-score-adj pid pids-limit platform publish pull restart runtime
   security-opt shm-size stop-signal stop-timeout storage-opt sysctl tmpfs ulimit user userns uts volume volume-driver
   volumes-from workdir authfile arch os pod pod-id-file conmon-pidfile pidfile requires secret systemd timeout tz umask
   variant personality image-volume sdnotify seccomp-policy subgidname subuidname uidmap gidmap rootfs chrootdirs
   hostuser cgroups cgroup-conf decryption-key`.split(/\s+/),
);

const SHORT_FLAGS = 'ditPqh';
const SHORT_VALUED = 'acehlmpuvw';

interface Reading {
  name: string | undefined;
  binds: RunBind[];
  privileged: 'yes' | 'no' | 'absent';
  privilegedAt: number;
}

/**
 * Reads the words after `run` or `create` up to the image. An expansion outside of quotes counts as one word where an
 * option needs one (`-e A=$A`, `--name $n`): were it more or none, the script would not work as it is.
 */
export function readRunOptions(words: readonly Word[]): RunOptions {
  const reading: Reading = { name: undefined, binds: [], privileged: 'absent', privilegedAt: 0 };
  let at = 0;
  const ending = (image: string | undefined, unclear?: Word): RunOptions => ({ ...reading, image, unclear });
  while (at < words.length) {
    const word = words[at];
    if (word === undefined || word.list || word.value.startsWith(UNKNOWN)) return ending(undefined, word);
    if (word.value === '--') return ending(words[at + 1]?.value);
    if (!word.value.startsWith('-') || word.value === '-') return ending(word.value);
    const option = word.value.startsWith('--') ? longOption(word) : shortOption(word);
    if (option === undefined) return ending(undefined, word);
    const inline = option.value !== undefined;
    const follows = option.takes && !inline;
    const holder = follows ? words[at + 1] : word;
    if (holder === undefined || (follows && holder.list)) return ending(undefined, holder ?? word);
    take(reading, option.name, option.value ?? holder.value, holder, inline || follows);
    at += follows ? 2 : 1;
  }
  return ending(undefined);
}

interface ReadOption {
  readonly name: string;
  readonly takes: boolean;
  /** Of `--name=value` and `-vvalue`. */
  readonly value?: string;
}

function longOption(word: Word): ReadOption | undefined {
  const equals = word.value.indexOf('=');
  const name = word.value.slice(2, equals < 0 ? undefined : equals);
  if (name.includes(UNKNOWN)) return undefined;
  if (equals >= 0) return { name, takes: true, value: word.value.slice(equals + 1) };
  if (FLAGS.has(name)) return { name, takes: false };
  return VALUED.has(name) ? { name, takes: true } : undefined;
}

const LONG_OF: Readonly<Record<string, string>> = { v: 'volume' };

/** `-itdv VALUE` and `-itdvVALUE`: the first letter that takes a value takes the rest of the word, or the next one. */
function shortOption(word: Word): ReadOption | undefined {
  for (const [index, letter] of [...word.value.slice(1)].entries()) {
    if (SHORT_VALUED.includes(letter)) {
      const rest = word.value.slice(index + 2);
      const name = LONG_OF[letter] ?? letter;
      return rest === '' ? { name, takes: true } : { name, takes: true, value: rest.replace(/^=/, '') };
    }
    if (!SHORT_FLAGS.includes(letter)) return letter === '=' ? { name: '', takes: false } : undefined;
  }
  return { name: '', takes: false };
}

function take(reading: Reading, name: string, value: string, { from, end }: Word, valued: boolean): void {
  if (name === 'name') reading.name = value;
  if (name === 'volume' || name === 'mount') reading.binds.push({ form: name, value, at: from, end });
  if (name !== 'privileged') return;
  reading.privileged = !valued || ['true', '1', 't'].includes(value.toLowerCase()) ? 'yes' : 'no';
  reading.privilegedAt = from;
}
