/** What a file of an installer may be. */
export const KINDS = ['shell_install', 'shell_uninstall', 'compose', 'unit'] as const;

/** What a file is by its name; `shell`: a script of which only its text says more. */
export function kindByName({ path, kind }: { readonly path: string; readonly kind: (typeof KINDS)[number] | 'auto' }) {
  if (kind !== 'auto') return kind;
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (/\.ya?ml$/.test(name)) return 'compose';
  if (name.endsWith('.service')) return 'unit';
  if (/uninstall|remove|teardown|purge|prerm|postrm|preun/.test(name)) return 'shell_uninstall';
  if (/install|setup|deploy|postinst/.test(name)) return 'shell_install';
  return 'shell';
}

/** The shell that a script asks for in its first line; sh if it asks for none. */
export function shellOf(text: string): string {
  const line = /^#![^\n]*/.exec(text)?.[0] ?? '';
  return /(?:[/ ])(bash|dash|ash|ksh|zsh)(?: |$)/.exec(line)?.[1] ?? 'sh';
}
