import { describe, expect, it } from 'vitest';
import { loadInventory } from '../../../src/config/inventory.ts';
import { hintsOf, mistakesOf, thrownMistakes } from '../../support/mistakes.ts';

/** Loads texts as if they were files a.yml, b.yml … */
function load(...texts: readonly string[]) {
  const names = texts.map((_, index) => `${'abc'[index]}.yml`);
  return loadInventory(names, { read: (path) => texts[names.indexOf(path)] ?? '', exists: () => false });
}
const list = (text: string) => loadInventory(text, { read: () => '', exists: () => false });
/** A host h with these lines below it. */
const host = (...lines: readonly string[]) =>
  `all:\n  hosts:\n    h:\n${lines.map((line) => `      ${line}\n`).join('')}`;

describe('loadInventory', () => {
  it('reads groups, hosts and ranges in the order of the file', () => {
    const inventory = load(
      'all:\n  hosts:\n    z:\n  children:\n    web:\n      hosts:\n        web[09:10].x:\n        10:\n        a:\ndb:\n  hosts:\n    a:\n',
    );
    expect([...inventory.hosts.keys()]).toEqual(['z', 'web09.x', 'web10.x', '10', 'a']);
    expect(inventory.hosts.get('a')?.groups).toEqual(['db', 'web']);
    expect(Object.fromEntries(inventory.groups)).toEqual({
      all: ['z', 'web09.x', 'web10.x', '10', 'a'],
      web: ['web09.x', 'web10.x', '10', 'a'],
      db: ['a'],
      ungrouped: ['z'],
    });
  });

  it('reads connection keys in our words and in those of Ansible', () => {
    const ours = host(
      'address: 192.0.2.1',
      'port: 2222',
      'user: ops',
      'identity_file: [a, b]',
      'become: true',
      'become_method: doas',
      'transport: openssh',
    );
    expect(load(ours).hosts.get('h')).toMatchObject({
      target: {
        name: 'h',
        address: '192.0.2.1',
        port: 2222,
        user: 'ops',
        identityFiles: ['a', 'b'],
        transport: 'openssh',
        become: { method: 'doas' },
      },
      becomeMethod: 'doas',
      vars: {},
    });
    const theirs = host(
      'ansible_host: 192.0.2.1',
      'ansible_port: "2222"',
      'ansible_user: ops',
      'ansible_ssh_private_key_file: a',
      'ansible_become: yes',
      'ansible_connection: local',
      'ansible_python_interpreter: /x',
    );
    expect(load(theirs).hosts.get('h')?.target).toEqual({
      name: 'h',
      address: '192.0.2.1',
      port: 2222,
      user: 'ops',
      identityFiles: ['a'],
      transport: 'local',
      become: { method: 'auto' },
    });
  });

  it('gives a bare host nothing that was not asked for', () => {
    expect(load('all:\n  hosts:\n    h:\n').hosts.get('h')).toEqual({
      name: 'h',
      groups: [],
      target: { name: 'h', identityFiles: [], transport: 'auto' },
      vars: {},
      origin: {},
    });
    expect(load(host('ansible_connection: ssh', 'become: false')).hosts.get('h')?.target).toEqual({
      name: 'h',
      identityFiles: [],
      transport: 'auto',
    });
  });

  it('lays parents under children, children under hosts, and says where each value comes from', () => {
    const text = [
      'all:',
      '  vars: {v: all, w: all, x: all, user: all}',
      '  children:',
      '    parent:',
      '      vars: {v: parent, w: parent}',
      '      children:',
      '        child:',
      '          vars: {v: child, user: child}',
      '          hosts:',
      '            h: {v: host}',
      '            i:',
    ].join('\n');
    const { hosts } = load(text);
    expect(hosts.get('h')?.vars).toEqual({ v: 'host', w: 'parent', x: 'all' });
    expect(hosts.get('i')?.vars).toEqual({ v: 'child', w: 'parent', x: 'all' });
    expect(hosts.get('h')?.target.user).toBe('child');
    expect(hosts.get('h')?.origin).toEqual({
      v: 'host h (a.yml:10)',
      w: 'group parent (a.yml:5)',
      x: 'group all (a.yml:2)',
      user: 'group child (a.yml:8)',
    });
  });

  it('orders groups of one depth by priority, then by name; the longest way counts', () => {
    const group = (name: string, more = '') => `    ${name}:\n      vars: {v: ${name}${more}}\n      hosts: {h: }\n`;
    expect(load(`all:\n  children:\n${group('b')}${group('a')}`).hosts.get('h')?.vars).toEqual({ v: 'b' });
    expect(
      load(`all:\n  children:\n${group('b')}${group('a', ', ansible_group_priority: 5')}`).hosts.get('h')?.vars,
    ).toEqual({ v: 'a' });
    expect(
      load(`all:\n  children:\n${group('b')}    top:\n      children:\n        a:\n${group('a')}`).hosts.get('h')?.vars,
    ).toEqual({ v: 'a' });
  });

  it('merges several sources in order', () => {
    const inventory = load(
      'web:\n  vars: {v: first, w: first}\n  hosts: {h: {x: 1}}\n',
      'web:\n  vars: {v: second}\n  hosts: {i: }\n',
    );
    expect(inventory.hosts.get('h')?.vars).toEqual({ v: 'second', w: 'first', x: 1 });
    expect(inventory.groups.get('web')).toEqual(['h', 'i']);
    expect(inventory.hosts.get('h')?.origin.v).toBe('group web (b.yml:2)');
  });

  it('gives a template no value instead of a wrong one, and says so', () => {
    const inventory = load(`all:\n  vars: {base: /x, root: "{{ base }}/y"}\n  hosts: {h: }\n`);
    expect(inventory.hosts.get('h')?.vars).toEqual({ base: '/x' });
    expect(inventory.notices?.map(({ text, place }) => `${place?.line} ${text}`)).toEqual([
      '2 "root" holds {{ }}, which inventories do not evaluate: it has no value here',
    ]);
  });

  it('notices what may be a slip, once for each name', () => {
    const inventory = load(
      'all:\n  hosts:\n    h: {adress: 192.0.2.1}\n    i: {adress: 192.0.2.2, ansible_network_os: 1, groups: 2, rack: 3}\n    all: {}\n',
    );
    expect(inventory.notices?.map(({ text }) => text)).toEqual([
      '"adress" is taken for a variable; if it should change the connection, write "address"',
      '"ansible_network_os" is taken for a variable and changes nothing about the connection',
      '"groups" has a meaning of its own in expressions; the variable is vars["groups"]',
      '"all" is a group and a host; in patterns it means the group',
    ]);
  });

  it('notices group_vars that Ansible would read', () => {
    const inventory = loadInventory('inv/hosts.yml', {
      read: () => 'all:\n',
      exists: (path) => path === 'inv/group_vars',
    });
    expect(inventory.notices?.map(({ text }) => text)).toEqual([
      'inv/group_vars is not read; variables stand in the inventory or come with -e @FILE',
    ]);
  });
});

describe('a list of hosts', () => {
  it('has ranges, users and ports', () => {
    const targets = [...list('a,ops@b[1:2]:2222, 2001:db8::1,').hosts.values()].map(({ target }) => target);
    expect(targets.map(({ name, user, port }) => [name, user, port])).toEqual([
      ['a', undefined, undefined],
      ['b1', 'ops', 2222],
      ['b2', 'ops', 2222],
      ['2001:db8::1', undefined, undefined],
    ]);
  });

  it.each([
    [
      '-oProxyCommand=x,',
      '1:1 "-oProxyCommand=x" is no host: it begins with a dash, which ssh would read as an option',
    ],
    ['a,-l@b,', '1:3 "-l@b" is no host: it begins with a dash, which ssh would read as an option'],
    [
      'a\u009b31mb,',
      '1:1 "a\u009b31mb" is no host: it has a character that cannot be seen or that a terminal would obey',
    ],
    ['a b,', '1:1 "a b" is no host: it has a character that no host or user name can have'],
    ['a:99999,', '1:1 "a:99999" is no host: it must be [USER@]HOST[:PORT]'],
    ['a,b[3:1],', '1:3 "[3:1]" runs backwards'],
  ])('refuses %s', (text, mistake) => {
    expect(mistakesOf(() => list(text))).toEqual([mistake]);
  });
});

describe('mistakes in an inventory', () => {
  it('are told all at once, over all files', () => {
    const first = 'all:\n  hots: {a: }\n  hosts:\n    - b\n  children: [web]\nhosts: {c: }\n';
    const second = host('port: 99999', 'ansible_password: secret', 'transport: shh');
    expect(mistakesOf(() => load(first, second))).toEqual([
      '2:3 the group "all" has no "hots"',
      '4:5 "hosts" must be a mapping, found a list',
      '5:13 "children" must be a mapping, found a list',
      '6:1 "hosts" stands outside a group',
      '4:13 "port" must be a port from 1 to 65535, found the number 99999',
      '5:7 "ansible_password" would keep a secret in plain text',
      '6:18 "transport" must be auto or ssh or openssh or local, found the text "shh"',
    ]);
    expect(thrownMistakes(() => load(first)).every(({ code }) => code === 'E_INVENTORY')).toBe(true);
  });

  it.each([
    [
      host('address: 192.0.2.1', 'ansible_host: 192.0.2.2'),
      '5:7 "ansible_host" and "address" say the same thing twice',
    ],
    [host('ansible_ssh_common_args: -o x'), '4:7 "ansible_ssh_common_args" cannot be followed'],
    [
      host('ansible_connection: winrm'),
      '4:27 "ansible_connection" is the text "winrm"; hosts are reached by ssh or local only',
    ],
    [host('ansible_become_user: app'), '4:7 becoming anyone but root is not possible'],
    [host('become: yes'), '4:15 "become" must be true or false, found the text "yes"'],
    [host('become_method: su'), '4:22 "become_method" must be auto or sudo or doas, found the text "su"'],
    [host('address: "-oProxyCommand=x"'), '4:16 "address" begins with a dash, which ssh would read as an option'],
    [host('user: "a b"'), '4:13 "user" has a character that no host or user name can have'],
    [host('user: 1000'), '4:13 "user" must be text, found the number 1000'],
    [host('user: "{{ me }}"'), '4:13 "user" holds {{ }}, which inventories cannot evaluate'],
    [host('identity_file: []'), '4:22 "identity_file" must be the path of a key file, or a list of them, found a list'],
    [host('key: "-----BEGIN OPENSSH PRIVATE KEY-----"'), '4:7 "key" holds a private key'],
    ['all:\n  hosts:\n    h: 5\n', '3:8 the variables of "h" must be a mapping, found the number 5'],
    ['all:\n  hosts:\n    "-x": {}\n', '3:5 the host "-x" begins with a dash, which ssh would read as an option'],
    ['all:\n  hosts:\n    "a[2:1]": {}\n', '3:5 "[2:1]" runs backwards'],
    ['all:\n  hosts:\n    "a,b": {}\n', '3:5 the host "a,b" has a character that no host name can have'],
    ['a b:\n  hosts: {}\n', '1:1 "a b" cannot be the name of a group'],
    ['web: 5\n', '1:6 the group "web" must be a mapping, found the number 5'],
    ['- a\n', '1:1 an inventory is a mapping of groups, found a list'],
    ['{"_meta": {"hostvars": {}}}', '1:2 this is the JSON of a dynamic inventory'],
    ['# old\n[web]\nweb1\n', '2:1 this is an inventory in INI form, which is not read'],
    ['web1 ansible_host=192.0.2.1\n', '1:1 this is an inventory in INI form, which is not read'],
    ['lonely\n[web]\nweb1\n', '1:1 this is an inventory in INI form, which is not read'],
    ['#!/usr/bin/env python3\n', '1:1 this is a program, not an inventory; programs are not run'],
    [
      'a:\n  children: {b: }\nb:\n  children:\n    c:\n      children: {a: }\n',
      '6:18 the group "a" contains itself: a → b → c → a',
    ],
    ['all:\n  children: {all: }\n', '2:14 the group "all" contains itself: all → all'],
  ])('are found in %j', (text, mistake) => {
    expect(mistakesOf(() => load(text))).toEqual([mistake]);
  });

  it('come with what to do', () => {
    expect(hintsOf(() => load('all:\n  hots: {a: }\n'))).toEqual(['Did you mean "hosts"?']);
    expect(hintsOf(() => load('[web]\nx\n'))).toEqual([
      'Convert it once: ansible-inventory -i a.yml --list -y > inventory.yml',
    ]);
    expect(hintsOf(() => load(host('ansible_become_pass: x')))).toEqual([
      'Leave it out: give the password with -K, or let sudo or doas not ask.',
    ]);
  });

  it('name a file that cannot be read, and guess what was meant', () => {
    const absent = {
      read: () => {
        throw Object.assign(new Error('x'), { code: 'ENOENT' });
      },
      exists: () => false,
    };
    expect(thrownMistakes(() => loadInventory('host1', absent))[0]).toMatchObject({
      code: 'E_INVENTORY',
      message: 'the inventory host1 cannot be read: there is no such file',
      hint: 'For a list of hosts write a comma behind it: -i host1,',
    });
    expect(thrownMistakes(() => loadInventory('x/inv.yml', absent))[0]?.hint).toBe(
      'Choose the inventory with -i FILE, or list hosts: -i host1,host2,',
    );
  });

  it('never swallow a bug', () => {
    expect(() =>
      loadInventory('x', {
        read: () => {
          throw new TypeError('bug');
        },
        exists: () => false,
      }),
    ).toThrow(TypeError);
  });
});

describe('a large inventory', () => {
  it('shares what hosts have in common', () => {
    const { hosts } = load('web:\n  vars: {v: 1}\n  hosts: {"web[00001:10000]": {rack: r1}, "x[1:2]": }\n');
    expect(hosts.size).toBe(10_002);
    expect(hosts.get('web10000')?.vars).toEqual({ v: 1, rack: 'r1' });
    expect(hosts.get('x1')?.vars).toBe(hosts.get('x2')?.vars);
  });
});
