/** What the host itself, or the way into it, depends on; nothing of it is stopped, restarted, disabled or masked without force. */
const PROTECTED: readonly RegExp[] = [
  /^(?:ssh|sshd|dropbear)(?:@.*)?\.(?:service|socket)$/,
  /^systemd-/,
  /^dbus(?:-broker)?\.(?:service|socket)$/,
  /^(?:NetworkManager|networking|network|wicked|dhcpcd)\.service$/,
  /^init\.scope$/,
  /^-\.(?:mount|slice)$/,
  /^(?:system|user|machine)\.slice$/,
  /^(?:user@|session-)/,
  /\.target$/,
];

/** Units with whose end containers may end. */
const DOCKER = ['docker.service', 'docker.socket', 'containerd.service'];

/** True for a unit that must not be stopped by the way. */
export function isProtected(unit: string): boolean {
  return PROTECTED.some((pattern) => pattern.test(unit));
}

/** True for the units of Docker itself. */
export function isDocker(unit: string): boolean {
  return DOCKER.includes(unit);
}
