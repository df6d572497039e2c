import type { OptionSpec } from './option.ts';

/** How text looks; every command has it. */
export const LOOK_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'color',
    kind: 'text',
    value: 'when',
    help: 'Colours; NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE are obeyed too.',
    choices: ['auto', 'always', 'never'],
    fallback: 'auto',
  },
];

/** Which hosts. */
export const HOST_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'inventory',
    short: 'i',
    kind: 'list',
    value: 'file|list',
    help: 'Inventory file, or hosts with a comma: -i host1,host2, Repeat to merge.',
    env: 'UNBUSY_INVENTORY',
    completes: 'file',
  },
  {
    name: 'limit',
    short: 'l',
    kind: 'text',
    value: 'pattern',
    help: 'Only these of the hosts: names, groups, globs, web[01:40], a:&b, a:!b, @file.',
    completes: 'host',
  },
];

/** Variables, where something reads them. */
export const VARS_OPTION: OptionSpec = {
  name: 'extra-vars',
  short: 'e',
  kind: 'list',
  value: 'vars',
  help: 'Variables over all others: k=v, {"k": 1}, @file. Repeat for more.',
};

/** How to get there. */
export const CONNECTION_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'forks',
    short: 'f',
    kind: 'number',
    value: 'n',
    help: 'Hosts at a time.',
    fallback: '50',
    env: 'UNBUSY_FORKS',
  },
  { name: 'user', short: 'u', kind: 'text', value: 'name', help: 'Log in as this user.', env: 'UNBUSY_USER' },
  { name: 'become', short: 'b', kind: 'switch', help: 'Become root by sudo or doas.' },
  {
    name: 'ask-become-pass',
    short: 'K',
    kind: 'switch',
    help: 'Ask for the sudo or doas password before the run; or set UNBUSY_BECOME_PASSWORD.',
  },
  { name: 'private-key', kind: 'list', value: 'file', help: 'Private key to log in with.', completes: 'file' },
  {
    name: 'host-keys',
    kind: 'text',
    value: 'policy',
    help: 'Unknown host keys: strict refuses, accept-new writes them down. A changed key is always refused. Without it, as ssh_config says.',
    choices: ['strict', 'accept-new'],
    env: 'UNBUSY_HOST_KEYS',
  },
  {
    name: 'transport',
    kind: 'text',
    value: 'kind',
    help: 'ssh (built in), openssh (the ssh program), local (this host), or auto.',
    choices: ['auto', 'ssh', 'openssh', 'local'],
  },
  {
    name: 'ssh-config',
    short: 'F',
    kind: 'text',
    value: 'file',
    help: 'ssh_config to use instead of yours.',
    completes: 'file',
  },
  {
    name: 'connect-timeout',
    short: 'T',
    kind: 'duration',
    value: 'time',
    help: 'For one connection; without it, as ssh_config says, else 10s.',
  },
  {
    name: 'task-timeout',
    kind: 'duration',
    value: 'time',
    help: 'For one task on one host, if the task has none of its own.',
    fallback: '5m',
  },
  { name: 'host-timeout', kind: 'duration', value: 'time', help: 'For all of one host.', fallback: '15m' },
  {
    name: 'timeout',
    kind: 'duration',
    value: 'time',
    help: 'For the whole run.',
    fallback: '2h',
    env: 'UNBUSY_TIMEOUT',
  },
];

/** What is told, and in which form. */
export const OUTPUT_OPTIONS: readonly OptionSpec[] = [
  { name: 'json', kind: 'switch', help: 'Result as one JSON object on stdout.' },
  { name: 'verbose', short: 'v', kind: 'count', help: 'Tell each task; -vv also connections.' },
  { name: 'quiet', short: 'q', kind: 'switch', help: 'Tell problems only.' },
  ...LOOK_OPTIONS,
];

/** Events as they happen. */
export const JSONL_OPTION: OptionSpec = {
  name: 'jsonl',
  kind: 'switch',
  help: 'Events as JSON lines on stdout while they happen.',
};
