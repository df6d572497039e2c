import { playbookJsonSchema } from '../config/json-schema.ts';
import { inputJsonSchema } from '../config/known-keys.ts';
import { BLOCK_LISTS, blockKeys, PLAY_LISTS, playKeys, taskKeys } from '../config/playbook-keys.ts';
import { z } from '../config/schema.ts';
import { MODULES } from '../modules/registry.ts';
import type { Style } from '../report/style.ts';
import { renderTable } from '../report/table.ts';
import type { Page } from './page.ts';
import { paramRows, type SchemaNode } from './params-table.ts';

/** The parts of a playbook, in the order in which one is written. */
const sections = (): readonly (readonly [string, SchemaNode])[] => [
  ['A play', withLists(playKeys, PLAY_LISTS, ['tasks'])],
  [
    'A task: these keys and one module; a handler has all of them but notify',
    inputJsonSchema(z.strictObject(taskKeys)),
  ],
  ['A block, which stands where a task may stand', withLists(blockKeys, BLOCK_LISTS, ['block'])],
];

const EXAMPLE = [
  '- hosts: web',
  '  become: true',
  '  tasks:',
  '    - name: write the units',
  '      loop: [docker, containerd]',
  '      file_content: { path: "/etc/systemd/system/{{ item }}.service.d/limits.conf", content: "[Service]\\n" }',
  '      notify: reload systemd',
  '    - block:',
  '        - name: try the new way',
  '          command: { argv: [new-way], changed_when: true }',
  '      rescue:',
  '        - name: go the old way',
  '          when: failed_result.error.code == "E_COMMAND"',
  '          command: { argv: [old-way], changed_when: true }',
  '      always:',
  '        - name: tidy up',
  '          file_state: { path: /run/new-way.lock, state: absent }',
  '  handlers:',
  '    - name: reload systemd',
  '      command: { argv: [systemctl, daemon-reload], changed_when: true }',
];

const NAMES = [
  ['facts, host, groups, vars', 'everywhere'],
  ['results', 'what earlier plays registered, by name, then by host; of a host in trouble only the status'],
  ['item', 'in a task with loop; loop_var gives it another name'],
  ['failed_task', 'under rescue: its name and module'],
  ['failed_result', 'under rescue: what register would give, and error.code, error.message, error.hint'],
  ['result', 'in changed_when and failed_when of a command'],
] as const;

/** The keys of plays, tasks and blocks; for programs the JSON Schema of a whole playbook. */
export function playbookPage(): Page {
  return {
    lines: (style, columns) => [
      ...sections().flatMap(([title, schema]) => [...section(title, schema, style, columns), '']),
      style.paint('bold', 'Names in expressions, besides variables and what was registered'),
      ...renderTable(
        ['NAME', 'WHERE'],
        NAMES.map((cells) => ({ cells })),
        style,
        columns,
      ),
      '',
      style.paint('bold', 'Example'),
      ...EXAMPLE.map((line) => `  ${line}`),
    ],
    json: playbookJsonSchema(MODULES),
  };
}

function section(title: string, schema: SchemaNode, style: Style, columns: number): readonly string[] {
  return [style.paint('bold', title), ...renderTable(['KEY', 'TYPE', 'DEFAULT'], paramRows(schema), style, columns)];
}

/** Keys and lists of tasks as one schema, for the table. */
function withLists(keys: z.ZodRawShape, lists: Readonly<Record<string, string>>, must: readonly string[]): SchemaNode {
  const own: SchemaNode = inputJsonSchema(z.strictObject(keys));
  const inner = (key: string): SchemaNode => ({ type: key === 'handlers' ? 'task' : 'task or block' });
  const added = Object.entries(lists).map(([key, description]) => [
    key,
    { type: 'array', items: inner(key), description },
  ]);
  return {
    properties: { ...own.properties, ...Object.fromEntries(added) },
    required: [...(own.required ?? []), ...must],
  };
}
