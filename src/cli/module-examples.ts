/** A task for each module, without its name: what an operator would begin with. `lint` accepts every one. */
export const MODULE_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  assert: ['assert:', '  that: vercmp(facts.kernel, "3.10") >= 0', '  message: "Kernel {{ facts.kernel }} is too old"'],
  command: ['command:', '  argv: [systemctl, daemon-reload]', '  changed_when: true'],
  dead_containers: ['dead_containers:', '  release: [rmdir, unmount]', '  never: [ceph*]'],
  docker_container: [
    'docker_container:',
    '  name: node-exporter',
    '  image: prom/node-exporter:v1.8.2',
    '  binds: ["/:/host:ro,rslave"]',
    '  restart: unless-stopped',
  ],
  docker_mount_flags: ['docker_mount_flags:', '  want: auto', 'notify: restart dockerd'],
  docker_restart: ['docker_restart:', '  policy: when_idle'],
  file_content: ['file_content:', '  path: /etc/motd', '  content: "Ask before you restart dockerd.\\n"'],
  file_state: ['file_state:', '  path: /var/lib/node-exporter', '  state: directory', "  mode: '0755'"],
  holder_propagation: ['holder_propagation:', '  services: [ntpd]', '  remedy: propagation'],
  installer_patch: ['installer_patch:', '  path: /opt/product/install.sh', '  strategy: rslave'],
  json_keys: [
    'json_keys:',
    '  path: /etc/docker/daemon.json',
    '  keys: { live-restore: true }',
    '  restarts: docker.service',
  ],
  monitor_release: ['monitor_release:', '  names: [cadvisor, node-exporter]'],
  sysctl: ['sysctl:', '  key: fs.may_detach_mounts', '  value: 1', '  if_exists: true'],
  systemd_dropin: [
    'systemd_dropin:',
    '  unit: ntpd.service',
    '  name: propagation.conf',
    '  settings: { Service: { MountFlags: slave } }',
  ],
  systemd_unit: ['systemd_unit:', '  name: docker.service', '  state: started', '  enabled: true'],
};
