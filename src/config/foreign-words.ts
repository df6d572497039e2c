/** What Ansible has and this language does not, by key: what to write instead. */
const LATER = 'It is not part of the language of this version.';
const SSH = 'Set it in the inventory, or in ssh_config.';

/** Keys of Ansible in plays and tasks that mean nothing here, and what to do. */
export const FOREIGN_KEYS: Readonly<Record<string, string>> = {
  action: 'Write the module as a key: `command: { argv: [...] }`.',
  any_errors_fatal: 'Write `stop: {failed: 0}`.',
  args: 'Write the parameters under the module.',
  async: 'Give the task a `timeout`; it runs under a watchdog on the host.',
  become_flags: 'Only `become: true` or `false` stands in a playbook; the method is set in the inventory.',
  become_method: 'Set it in the inventory: become_method: sudo.',
  become_user: 'Becoming anyone but root is not possible; `become: true` becomes root.',
  changed_when: 'It is a parameter of the module `command`; the other modules know by themselves.',
  check_mode: 'Every module can check; use `--check` for the whole run.',
  collections: 'Modules are built in; there are no collections.',
  connection: 'Set `transport` in the inventory.',
  debugger: 'The journal of a run keeps what is needed.',
  delegate_to: 'A task runs on the host of its play; make another play for the other host.',
  environment: LATER,
  failed_when: 'It is a parameter of the module `command`; the other modules know by themselves.',
  gather_facts: 'Leave it out: facts come with the connection and cost nothing.',
  ignore_errors: 'Failures are not ignored; use `when`, or `failed_when` of the module `command`.',
  ignore_unreachable: 'A host that is not reached is counted as unreachable, and the others go on.',
  import_playbook: 'Run both playbooks, one after the other.',
  import_role: 'There are no roles: write the tasks here.',
  import_tasks: LATER,
  include: LATER,
  include_role: 'There are no roles: write the tasks here.',
  include_tasks: LATER,
  listen: 'Name the handler in the `notify` of the task.',
  local_action: 'A task runs on the host of its play.',
  loop_control: 'Write `loop_var: NAME` for the name of the entry; nothing else of it exists.',
  max_fail_percentage: 'Write `stop: {failed: 10%}`; it counts over the whole run.',
  module_defaults: LATER,
  no_log: LATER,
  on_failed: LATER,
  poll: 'Give the task a `timeout`.',
  port: SSH,
  post_tasks: 'Put them at the end of `tasks`.',
  pre_tasks: 'Put them at the beginning of `tasks`.',
  remote_user: 'Set `user` in the inventory, or use -u.',
  retries: LATER,
  delay: LATER,
  roles: 'There are no roles: write the tasks here.',
  run_once: LATER,
  serial: 'Write `batches: [1, 10%, 100%]`.',
  strategy: 'Each host goes through its tasks on its own, up to --forks at a time.',
  throttle: LATER,
  until: LATER,
  vars_files: 'Use -e @FILE.',
  vars_prompt: 'A run never asks for values: use -e.',
};

/** Modules of Ansible, and the module that does this here. */
export const FOREIGN_MODULES: Readonly<Record<string, string>> = {
  shell: 'Use `command: { shell: ... }`.',
  raw: 'Use `command: { shell: ... }`.',
  script: 'Use `command: { shell: ... }`.',
  copy: 'Use `file_content`.',
  template: 'Use `file_content`; its content may hold {{ }}.',
  lineinfile: 'Use `file_content` with the whole content.',
  file: 'Use `file_state`.',
  fail: 'Use `assert`.',
  meta: 'Handlers run at the end of the play; there is nothing else to ask for.',
  debug: 'Run with -v to see what a task found.',
  set_fact: 'Use `vars` of the play, or `register`.',
};

/** Hint for a key of Ansible; undefined if it is none that is known. */
export function foreignHint(key: string): string | undefined {
  if (/^with_/.test(key)) return 'Use `loop` with a list.';
  const bare = key.replace(/^(ansible\.\w+|community\.\w+)\./, '');
  if (Object.hasOwn(FOREIGN_KEYS, bare)) return FOREIGN_KEYS[bare];
  if (Object.hasOwn(FOREIGN_MODULES, bare)) return FOREIGN_MODULES[bare];
  return bare === key ? undefined : `Modules have short names here: ${bare}.`;
}
