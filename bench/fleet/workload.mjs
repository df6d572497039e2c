// W1: ten idempotent tasks, converged. The same work for each tool, in its own words.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONF = 'max_connections = 100\nlog_level = info\nretries = 3\n';
const MOTD = 'Managed host. Changes are overwritten.\n';
const LIMITS = '* soft nofile 65536\n* hard nofile 65536\n';
const SYSCTL = 'fs.may_detach_mounts = 1\n';

/** Puts each host's directory into the wanted state, so that a run finds nothing to do. */
export function converge(bed) {
  for (const name of bed.names) {
    const root = bed.at(join('hosts', name));
    mkdirSync(join(root, 'app.d'), { recursive: true, mode: 0o750 });
    const put = (file, text) => writeFileSync(join(root, file), text, { mode: 0o644 });
    put('app.conf', CONF);
    put('motd', MOTD);
    put('limits', LIMITS);
    put('sysctl', SYSCTL);
  }
}

/** Empties each host's directory, so that all that can change must change. */
export function scatter(bed) {
  for (const name of bed.names) {
    const root = bed.at(join('hosts', name));
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, 'old.conf'), 'stale\n');
  }
}

/** The files of ours: a playbook and an inventory. */
export function writeOurs(bed) {
  const root = `${bed.at('hosts')}/{{ host }}`;
  const file = (name, content) => `    - name: ${name}
      file_content: { path: "${root}/${name}", content: ${JSON.stringify(content)}, mode: "0644" }
`;
  const playbook = `- name: ten tasks
  hosts: all
  tasks:
${file('app.conf', CONF)}${file('motd', MOTD)}${file('limits', LIMITS)}${file('sysctl', SYSCTL)}    - name: directory
      file_state: { path: "${root}/app.d", state: directory, mode: "0750" }
    - name: absent
      file_state: { path: "${root}/old.conf", state: absent }
    - name: stat
      file_state: { path: "${root}/app.conf", state: file }
      register: seen
    - name: kernel
      command: { argv: [uname, -r], changed_when: "false" }
    - name: memory
      command: { argv: [cat, /proc/loadavg], changed_when: "false" }
    - name: who
      command: { argv: [id, -u], changed_when: "false" }
`;
  writeFileSync(bed.at('w1.yml'), playbook);
  const hosts = bed.names.map((name) => `    ${name}:\n`).join('');
  writeFileSync(bed.at('inventory.yml'), `all:\n  hosts:\n${hosts}`);
}

/** The same for Ansible. */
export function writeAnsible(bed) {
  const root = `${bed.at('hosts')}/{{ inventory_hostname }}`;
  const file = (
    name,
    content,
  ) => `    - copy: { dest: "${root}/${name}", content: ${JSON.stringify(content)}, mode: "0644" }
`;
  const playbook = `- hosts: all
  gather_facts: false
  tasks:
${file('app.conf', CONF)}${file('motd', MOTD)}${file('limits', LIMITS)}    - lineinfile: { path: "${root}/sysctl", line: "fs.may_detach_mounts = 1", create: true, mode: "0644" }
    - file: { path: "${root}/app.d", state: directory, mode: "0750" }
    - file: { path: "${root}/old.conf", state: absent }
    - stat: { path: "${root}/app.conf" }
      register: seen
    - command: uname -r
      changed_when: false
    - command: cat /proc/loadavg
      changed_when: false
    - command: id -u
      changed_when: false
`;
  writeFileSync(bed.at('w1-ansible.yml'), playbook);
  writeFileSync(bed.at('inventory.ini'), bed.names.map((name) => `${name}\n`).join(''));
  writeFileSync(
    bed.at('ansible.cfg'),
    `[defaults]\nforks = 50\ngathering = explicit\ninterpreter_python = /usr/bin/python3\nretry_files_enabled = false\n[ssh_connection]\npipelining = true\nssh_args = -F ${bed.at('ssh_config')} -o ControlMaster=auto -o ControlPersist=60s -o ControlPath=${bed.at('cm')}-%%C\n`,
  );
}

/** The same for pyinfra 3, from its documentation, and untried: check the first table that has it. */
export function writePyinfra(bed) {
  const settings = `{"ssh_config_file": "${bed.at('ssh_config')}", "ssh_known_hosts_file": "${bed.at('known_hosts')}"}`;
  writeFileSync(
    bed.at('w1-hosts.py'),
    `hosts = [\n${bed.names.map((name) => `    ("${name}", ${settings}),\n`).join('')}]\n`,
  );
  const put = (
    name,
    content,
  ) => `files.put(src=StringIO(${JSON.stringify(content)}), dest=f"{root}/${name}", mode="644")
`;
  const deploy = `from io import StringIO

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import files, server

root = f"${bed.at('hosts')}/{host.name}"
${put('app.conf', CONF)}${put('motd', MOTD)}${put('limits', LIMITS)}files.line(path=f"{root}/sysctl", line="fs.may_detach_mounts = 1")
files.directory(path=f"{root}/app.d", mode="750")
files.file(path=f"{root}/old.conf", present=False)
host.get_fact(File, path=f"{root}/app.conf")
server.shell(commands=["uname -r"])
server.shell(commands=["cat /proc/loadavg"])
server.shell(commands=["id -u"])
`;
  writeFileSync(bed.at('w1-deploy.py'), deploy);
}

/** One script with the same ten checks, for the floor: OpenSSH with everything in one go. */
export function writeScript(bed) {
  const lines = [
    'set -e',
    `cd ${bed.at('hosts')}/"$1"`,
    'sha256sum app.conf motd limits sysctl',
    "stat -c '%a %U' app.conf motd limits sysctl app.d",
    'test ! -e old.conf',
    'uname -r',
    'cat /proc/loadavg',
    'id -u',
  ];
  writeFileSync(bed.at('w1.sh'), `${lines.join('\n')}\n`);
}
