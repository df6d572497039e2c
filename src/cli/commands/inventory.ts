import { selectHosts } from '../../config/host-pattern.ts';
import type { Inventory, InventoryHost } from '../../config/inventory-model.ts';
import { printable } from '../../core/text.ts';
import { renderTree, type TreeNode } from '../../report/tree.ts';
import type { CommandSpec } from '../command.ts';
import { loadInputs, noticesOf } from '../load-inputs.ts';
import { styleFor } from '../look.ts';
import { HOST_OPTIONS, LOOK_OPTIONS, VARS_OPTION } from '../option-groups.ts';

/** `unbusy inventory [PATTERN]`: hosts, their groups, and each variable with the place that it came from. */
export const inventoryCommand: CommandSpec = {
  name: 'inventory',
  summary: 'Show hosts, groups and variables, each with its origin; no host is touched.',
  args: [{ name: 'pattern', help: 'Host pattern; all if not given.', required: false, completes: 'host' }],
  options: [
    ...HOST_OPTIONS,
    VARS_OPTION,
    { name: 'names', kind: 'switch', help: 'Names of hosts and groups only, one a line; completion asks for them.' },
    { name: 'json', kind: 'switch', help: 'One JSON object on stdout.' },
    ...LOOK_OPTIONS,
  ],
  examples: [
    ['unbusy inventory -i hosts.yml', 'everything'],
    ['unbusy inventory -i hosts.yml "docker:&rack7"', 'hosts that are in both groups'],
  ],
  exits: [0, 1, 2, 8],
  async run(io, args, given) {
    const { inventory, extraVars, limit } = loadInputs(given);
    const hosts = selectHosts(inventory, args[0] ?? 'all', limit).map((host) => withExtra(host, extraVars));
    if (given.has('names')) {
      io.out.write(namesOf(inventory, hosts).join(''));
      return 0;
    }
    if (given.has('json')) {
      io.out.write(`${JSON.stringify(jsonOf(inventory, hosts), null, 2)}\n`);
      return 0;
    }
    const style = styleFor(io, given, io.out);
    const notices = noticesOf(inventory).map((text) => printable(text));
    const lines = hosts.flatMap((host) => renderTree(hostNode(host), style));
    io.out.write(`${lines.join('\n')}\n`);
    if (notices.length > 0) io.err.write(`${notices.join('\n')}\n`);
    return 0;
  },
};

/** Groups that hold one of these hosts, then the hosts. */
function namesOf({ groups }: Inventory, hosts: readonly InventoryHost[]): readonly string[] {
  const names = new Set(hosts.map((host) => host.name));
  const shown = [...groups].filter(([, members]) => members.some((member) => names.has(member)));
  return [...new Set([...shown.map(([name]) => name), ...names])].map((name) => `${printable(name)}\n`);
}

interface ExtraVars {
  readonly vars: InventoryHost['vars'];
  readonly origin: InventoryHost['origin'];
}

/** -e wins over the inventory. */
function withExtra(host: InventoryHost, extra: ExtraVars): InventoryHost {
  return { ...host, vars: { ...host.vars, ...extra.vars }, origin: { ...host.origin, ...extra.origin } };
}

function hostNode(host: InventoryHost): TreeNode {
  const { address, port, user, transport, become, identityFiles } = host.target;
  const connection = [
    ...(address === undefined ? [] : [`address ${address}`]),
    ...(port === undefined ? [] : [`port ${port}`]),
    ...(user === undefined ? [] : [`user ${user}`]),
    ...(transport === 'auto' ? [] : [`transport ${transport}`]),
    ...(become === undefined ? [] : [`become ${become.method}`]),
    ...identityFiles.map((file) => `key ${file}`),
  ];
  const vars = Object.entries(host.vars).map(([name, value]) => ({
    label: `${name} = ${JSON.stringify(value)}   from ${host.origin[name] ?? 'the inventory'}`,
  }));
  return {
    label: host.name,
    tone: 'bold',
    children: [
      { label: `groups: ${host.groups.join(', ') || 'none'}` },
      ...(connection.length === 0 ? [] : [{ label: connection.join(', ') }]),
      ...vars,
    ],
  };
}

function jsonOf(inventory: Inventory, hosts: readonly InventoryHost[]): object {
  const shown = new Set(hosts.map((host) => host.name));
  const groups = [...inventory.groups].map(([name, members]) => [name, members.filter((each) => shown.has(each))]);
  return {
    schema: 'unbusy/inventory/1',
    source: inventory.source,
    notices: inventory.notices ?? [],
    groups: Object.fromEntries(groups),
    hosts: hosts.map(({ name, groups: of, target, vars, origin }) => ({ name, groups: of, target, vars, origin })),
  };
}
