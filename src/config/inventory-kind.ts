/** What a text is that is not a YAML inventory, and what to do with it; undefined if it may be one. */
export function foreignInventory(
  text: string,
  path: string,
): { readonly message: string; readonly hint: string; readonly offset: number } | undefined {
  const convert = `Convert it once: ansible-inventory -i ${path} --list -y > inventory.yml`;
  if (text.startsWith('#!'))
    return { message: 'this is a program, not an inventory; programs are not run', hint: convert, offset: 0 };
  const match = /^(?![ \t]*(?:[#;]|\r?\n|$))(?<line>.*)/m.exec(text);
  const line = match?.groups?.line?.trimEnd() ?? '';
  const section = /^\[[\w.:-]+\]\s*(?:[#;].*)?$/.test(line);
  const settings = /^[\w.[\]:-]+(?:\s+\w+=\S+)+\s*(?:[#;].*)?$/.test(line);
  const bare = /^[\w.[\]-]+(:\d+)?$/.test(line) && /^\[[\w.:-]+\]\s*$/m.test(text);
  if (!section && !settings && !bare) return undefined;
  return { message: 'this is an inventory in INI form, which is not read', hint: convert, offset: match?.index ?? 0 };
}
