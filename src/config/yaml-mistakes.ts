/** Sentences for the syntax errors of YAML, by the parser's own codes. */
const SENTENCES: Readonly<Record<string, readonly [message: string, hint?: string]>> = {
  ALIAS_PROPS: ['an alias cannot have an anchor or a tag'],
  BAD_ALIAS: ['this is not a valid alias or anchor', 'Quote a text that begins with * or &.'],
  BAD_DIRECTIVE: ['this directive is not valid', 'Quote a text that begins with %.'],
  BAD_DQ_ESCAPE: [
    'this escape is not valid between double quotes',
    'Use single quotes, or write \\\\ for a backslash.',
  ],
  BAD_INDENT: ['the indentation does not fit what stands above', 'Give keys of one level the same number of spaces.'],
  BAD_PROP_ORDER: ['an anchor or tag stands in the wrong place'],
  BAD_SCALAR_START: ['a text cannot begin with this character', 'Put the text in quotes.'],
  BLOCK_AS_IMPLICIT_KEY: ['there is a second ": " on this line', 'Put a text that contains ": " in quotes.'],
  BLOCK_IN_FLOW: ['a block cannot stand between { } or [ ]'],
  COMMENT_SPACE: ['a comment needs a space before its #', 'Put the text in quotes if # belongs to it.'],
  IMPOSSIBLE: ['this is not YAML'],
  KEY_OVER_1024_CHARS: ['a key is longer than 1024 characters'],
  MISSING_CHAR: ['something is missing here'],
  MULTILINE_IMPLICIT_KEY: [
    'a key must be on one line and be followed by ": "',
    'Look for a missing ":" or a wrong indentation.',
  ],
  MULTIPLE_ANCHORS: ['a value can have only one anchor'],
  MULTIPLE_DOCS: ['a second document begins here, and only one is read', 'Remove the "---", or make two files.'],
  MULTIPLE_TAGS: ['a value can have only one tag'],
  NON_STRING_KEY: ['a key must be text'],
  TAB_AS_INDENT: ['a tab cannot indent', 'Use spaces.'],
  UNEXPECTED_TOKEN: ['this cannot stand here'],
};

/** What a syntax error of the parser means, and what to do. */
export function explainSyntax(
  code: string,
  message: string,
  text: string,
  offset: number,
): readonly [message: string, hint?: string] {
  if (code === 'TAG_RESOLVE_FAILED') return explainTag(text, offset);
  if (code === 'UNEXPECTED_TOKEN' && isTabIndented(text, offset)) return ['a tab cannot indent', 'Use spaces.'];
  if (code === 'MISSING_CHAR' && isWholeLine(text, offset)) return ['a key needs a ":" behind it', 'Write `KEY:`.'];
  if (code === 'MISSING_CHAR' || code === 'UNEXPECTED_TOKEN') return [decapitalize(message)];
  return SENTENCES[code] ?? [decapitalize(message)];
}

/** A tab between keys breaks the parser's rhythm, and it complains of what stands behind the tab. */
function isTabIndented(text: string, offset: number): boolean {
  return /^ *\t\s*$/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset));
}

/** True for a word alone on its line, as a host is in a list; a quote that is not closed is no such word. */
function isWholeLine(text: string, offset: number): boolean {
  return (
    /^ *$/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)) &&
    /^[\w.-]+[ \t]*(\r?\n|$)/.test(text.slice(offset))
  );
}

function explainTag(text: string, offset: number): readonly [message: string, hint?: string] {
  const tag = /^!\S*/.exec(text.slice(offset, offset + 80))?.[0] ?? 'this tag';
  if (tag === '!vault')
    return [
      'values sealed by Ansible Vault (!vault) are not read',
      'Leave the value out here and give it with -e @FILE.',
    ];
  return [`the tag ${tag} is not known`, 'Remove it, or put the text in quotes.'];
}

function decapitalize(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
