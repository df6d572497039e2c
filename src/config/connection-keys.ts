/** What a connection can be told, in our words. */
export type ConnectionKey = 'address' | 'port' | 'user' | 'identity_file' | 'become' | 'become_method' | 'transport';

/** Our connection keys, in the order of the documentation. */
export const CONNECTION_KEYS: readonly ConnectionKey[] = [
  'address',
  'port',
  'user',
  'identity_file',
  'become',
  'become_method',
  'transport',
];

/** Ansible's names for them. */
export const ANSIBLE_KEYS: Readonly<Record<string, ConnectionKey>> = {
  ansible_host: 'address',
  ansible_ssh_host: 'address',
  ansible_port: 'port',
  ansible_ssh_port: 'port',
  ansible_user: 'user',
  ansible_ssh_user: 'user',
  ansible_ssh_private_key_file: 'identity_file',
  ansible_private_key_file: 'identity_file',
  ansible_become: 'become',
  ansible_become_method: 'become_method',
  ansible_connection: 'transport',
};

const TO_SSH_CONFIG = 'Put the same into ssh_config for these hosts: it is read as ssh itself reads it.';

/** Keys of Ansible that change how a host is reached, and cannot be followed: what to do instead. */
export const UNSUPPORTED_KEYS: Readonly<Record<string, string>> = {
  ansible_become_exe: 'sudo or doas is looked for in the usual places; leave this out.',
  ansible_become_flags: 'sudo is called with -n, or with -S and the password of -K; leave this out.',
  ansible_host_key_checking: 'Use --host-keys accept-new, or put the keys into known_hosts.',
  ansible_shell_executable: 'Programs run under /bin/sh; leave this out.',
  ansible_shell_type: 'Hosts need a POSIX shell at /bin/sh; leave this out.',
  ansible_ssh_args: TO_SSH_CONFIG,
  ansible_ssh_common_args: TO_SSH_CONFIG,
  ansible_ssh_executable: 'Put the directory of that ssh first in PATH, and set `transport: openssh`.',
  ansible_ssh_extra_args: TO_SSH_CONFIG,
  ansible_ssh_host_key_checking: 'Use --host-keys accept-new, or put the keys into known_hosts.',
};

/** Keys of Ansible that mean nothing here and do no harm: hosts need no Python, and files travel in the same connection. */
export const HARMLESS_KEYS: ReadonlySet<string> = new Set([
  'ansible_become_user',
  'ansible_facts',
  'ansible_group_priority',
  'ansible_pipelining',
  'ansible_python_interpreter',
  'ansible_remote_tmp',
  'ansible_scp_extra_args',
  'ansible_scp_if_ssh',
  'ansible_sftp_extra_args',
  'ansible_ssh_pipelining',
  'ansible_ssh_retries',
  'ansible_ssh_transfer_method',
  'ansible_timeout',
]);

const BECOME_SECRET = 'Leave it out: give the password with -K, or let sudo or doas not ask.';
const SSH_SECRET = 'Leave it out: use a key or the ssh agent.';

/** Secrets that must not stand in a file in plain. */
export const SECRET_KEYS: Readonly<Record<string, string>> = {
  ansible_become_pass: BECOME_SECRET,
  ansible_become_password: BECOME_SECRET,
  ansible_sudo_pass: BECOME_SECRET,
  ansible_su_pass: BECOME_SECRET,
  become_pass: BECOME_SECRET,
  become_password: BECOME_SECRET,
  ansible_pass: SSH_SECRET,
  ansible_password: SSH_SECRET,
  ansible_ssh_pass: SSH_SECRET,
  ansible_ssh_password: SSH_SECRET,
  ansible_ssh_private_key: SSH_SECRET,
  ansible_ssh_private_key_passphrase: SSH_SECRET,
  ssh_password: SSH_SECRET,
  password: SSH_SECRET,
};
