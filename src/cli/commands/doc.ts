import { inputJsonSchema } from '../../config/known-keys.ts';
import { ERROR_CODES } from '../../core/error-codes.ts';
import { UnbusyError } from '../../core/errors.ts';
import { EXIT_CODES, EXIT_PRECEDENCE } from '../../core/exit-codes.ts';
import { nearest } from '../../core/text.ts';
import type { Module } from '../../modules/module.ts';
import { MODULES } from '../../modules/registry.ts';
import { renderTable, wrap } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { styleFor } from '../look.ts';
import { MODULE_EXAMPLES } from '../module-examples.ts';
import { LOOK_OPTIONS } from '../option-groups.ts';
import type { Page } from '../page.ts';
import { paramRows, type SchemaNode } from '../params-table.ts';
import { playbookPage } from '../playbook-page.ts';

/** `unbusy doc [TOPIC]`: modules from their schemas, the playbook's keys, error codes, exit codes. */
export const docCommand: CommandSpec = {
  name: 'doc',
  summary: 'Explain a module, the playbook keys, error codes or exit codes.',
  args: [
    {
      name: 'topic',
      help: 'A module, playbook, errors, an error code, or exit-codes; the list of modules if not given.',
      required: false,
      completes: ['playbook', 'errors', 'exit-codes', ...MODULES.keys()],
    },
  ],
  options: [{ name: 'json', kind: 'switch', help: 'JSON; JSON Schema for modules and playbook.' }, ...LOOK_OPTIONS],
  examples: [
    ['unbusy doc dead_containers', 'parameters with types, defaults and meaning'],
    ['unbusy doc errors', 'every error code and what it means; `unbusy doc E_REFUSED` is about one'],
    ['unbusy doc file_content --json', 'JSON Schema of the parameters'],
  ],
  exits: [0, 1, 2],
  async run(io, args, given) {
    const page = pageOf(args[0]);
    if (given.has('json')) io.out.write(`${JSON.stringify(page.json, null, 2)}\n`);
    else io.out.write(`${page.lines(styleFor(io, given, io.out), Math.min(io.out.columns(), 120)).join('\n')}\n`);
    return 0;
  },
};

function pageOf(topic: string | undefined): Page {
  if (topic === undefined) return modulesPage();
  if (topic === 'errors') return errorsPage();
  if (topic === 'exit-codes') return exitCodesPage();
  if (topic === 'playbook') return playbookPage();
  const codes = Object.keys(ERROR_CODES).filter((code) => code === topic.toUpperCase());
  if (codes.length > 0) return errorsPage(codes);
  const module = MODULES.get(topic);
  if (module !== undefined) return modulePage(module);
  const topics = [...MODULES.keys(), 'errors', 'exit-codes', 'playbook', ...Object.keys(ERROR_CODES)];
  const near = nearest(topic, topics) ?? topics.find((each) => topic.length > 3 && each.includes(topic));
  throw new UnbusyError('E_USAGE', `there is no module and no topic "${topic}"`, {
    hint: near === undefined ? 'Run `unbusy doc` for the list.' : `Did you mean ${near}?`,
  });
}

function modulesPage(): Page {
  const modules = [...MODULES.values()];
  return {
    lines: (style, columns) => [
      ...modules.flatMap(({ name, summary }) => [
        style.paint('bold', name),
        ...wrap(summary, columns - 3).map((line) => `  ${line}`),
      ]),
      '',
      'More: `unbusy doc MODULE` for its parameters, `unbusy doc playbook`, `unbusy doc errors`, `unbusy doc exit-codes`.',
    ],
    json: modules.map(({ name, summary, needsRoot }) => ({ name, summary, needsRoot })),
  };
}

function modulePage(module: Module): Page {
  const schema = inputJsonSchema(module.params);
  return {
    lines: (style, columns) => [
      style.paint('bold', module.name),
      module.summary,
      module.needsRoot ? 'Needs root on the host (-b, or become: true).' : 'Needs no root by itself.',
      '',
      ...renderTable(['PARAMETER', 'TYPE', 'DEFAULT'], paramRows(schema), style, columns),
      '',
      style.paint('bold', 'Example'),
      ...exampleLines(module, schema),
    ],
    json: {
      ...schema,
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: module.name,
      description: module.summary,
    },
  };
}

/** A task in the form that a playbook has; of a module without an example, what must be given. */
function exampleLines(module: Module, schema: SchemaNode): readonly string[] {
  const required = schema.required ?? [];
  const head = ['  - name: say what this achieves'];
  const example = MODULE_EXAMPLES[module.name];
  if (example !== undefined) return [...head, ...example.map((line) => `    ${line}`)];
  if (required.length === 0) return [...head, `    ${module.name}: {}`];
  return [...head, `    ${module.name}:`, ...required.map((name) => `      ${name}: …`)];
}

/** All error codes, or some. */
function errorsPage(only: readonly string[] = Object.keys(ERROR_CODES)): Page {
  const codes = Object.entries(ERROR_CODES).filter(([name]) => only.includes(name));
  const rows = codes.map(([name, facts]) => ({
    cells: [name, facts.class, `retry: ${facts.retry}`],
    below: [facts.meaning],
  }));
  return {
    lines: (style, columns) => renderTable(['CODE', 'LEADS TO', 'TRY AGAIN'], rows, style, columns),
    json: codes.map(([name, facts]) => ({ code: name, ...facts })),
  };
}

function exitCodesPage(): Page {
  const codes = Object.entries(EXIT_CODES);
  return {
    lines: (style, columns) => [
      ...renderTable(
        ['EXIT', 'MEANING'],
        codes.map(([number, meaning]) => ({ cells: [number, meaning] })),
        style,
        columns,
      ),
      '',
      `If several apply, the first of these wins: ${EXIT_PRECEDENCE.join(', ')}.`,
    ],
    json: { codes: EXIT_CODES, precedence: EXIT_PRECEDENCE },
  };
}
