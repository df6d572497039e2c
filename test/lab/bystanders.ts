import type { LabHost } from './host.ts';

/** A living container, told by what must not change while unbusy works. */
export interface Bystander {
  readonly name: string;
  readonly id: string;
  /** Process id and start time (clock ticks since boot), so that a restarted container is another one. */
  readonly process: string;
  readonly namespace: string;
  /** Device and type of what is mounted on `/` in its own namespace. */
  readonly root: string;
  /** Whether a program of its image can still be started in it. */
  readonly canExec: boolean;
}

const SCRIPT = `
  docker ps --no-trunc --format '{{.Names}} {{.ID}}' | sort | while read -r name id; do
    pid=$(docker inspect -f '{{.State.Pid}}' "$id")
    start=$(sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $20 }')
    namespace=$(readlink "/proc/$pid/ns/mnt")
    root=$(awk '$5 == "/" { print $3, $0 ~ / - overlay / ? "overlay" : "other" }' "/proc/$pid/mountinfo")
    if docker exec "$id" /bin/true </dev/null >/dev/null 2>&1 || docker exec "$id" /pause --once </dev/null >/dev/null 2>&1
    then exec=yes; else exec=no; fi
    printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$name" "$id" "$pid $start" "$namespace" "$root" "$exec"
  done
`;

/** Every running container of a host, by name; to be compared before and after with `toEqual`. */
export async function bystanders(host: LabHost): Promise<Bystander[]> {
  const text = await host.must(SCRIPT);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name = '', id = '', process = '', namespace = '', root = '', exec = ''] = line.split('\t');
      return { name, id, process, namespace, root, canExec: exec === 'yes' };
    });
}
