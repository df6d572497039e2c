/** Late in the order of a unit's drop-ins: after those that begin with a number, and after override.conf of `systemctl edit`. */
const NAME = 'unbusy-propagation.conf';

/**
 * slave, not the empty value: that would bring a service whose only reason for a namespace is MountFlags= back into the
 * host's, where its own mounts would be seen by everybody (systemd.exec(5); tried on systemd 252).
 */
export const DROP_IN = `# Written by unbusy. With MountFlags=private the service never hears of an unmount on the host, and keeps the file systems
# of containers that are gone. slave: it hears of them, and its own mounts stay its own. Remove this file to undo it.
[Service]
MountFlags=slave
`;

/** Where drop-ins of a unit lie that an administrator wrote (systemd.unit(5)). */
export function dropInDirectory(unit: string): string {
  return `/etc/systemd/system/${unit}.d`;
}

/** The drop-in that lets a service hear. */
export function dropInPath(unit: string): string {
  return `${dropInDirectory(unit)}/${NAME}`;
}
