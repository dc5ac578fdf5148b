import {
  type Document,
  type DocumentOptions,
  isAlias,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  type ParseOptions,
  parseDocument,
  type SchemaOptions,
  visit,
} from 'yaml';

/** A mistake at a place in the text. */
export interface TextFault {
  path: (string | number)[];
  code: string;
  message: string;
  /** Where it begins, in characters. */
  offset: number;
}

export interface CatalogueText {
  /** What could be read of a text with mistakes; undefined when nothing could. */
  value: unknown;
  faults: TextFault[];
  /** The offset of a field; of a missing one, the offset of its parent. */
  offsetOf(path: readonly (string | number)[]): number;
  position(offset: number): { line: number; column: number };
}

/*
 * Numbers stay the text that was written: parsed as numbers, 29.00 would be 29 and 0x10 would be 16 before any check.
 * Only true, false and null are more than text. `logLevel: silent` would hide a second document. The library finds
 * duplicate keys by comparing each with each, which takes minutes for a large text, so that check is our own.
 */
const OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: 'failsafe',
  customTags: ['null', 'bool'],
  stringKeys: true,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
};

const CURES: Record<string, string> = {
  MULTIPLE_DOCS:
    'A second document begins here, and only the first would count. Remove this line, or everything after it.',
  NON_STRING_KEY: 'A name must be a plain word. Remove the brackets or the question mark.',
};

/** Reads YAML so that nothing in it can mean anything other than it says. */
export function readText(yaml: string): CatalogueText {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { ...OPTIONS, lineCounter: lines });
  const reported = [...document.errors, ...document.warnings.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')];
  const faults: TextFault[] = reported.map(({ code, message, pos }) => ({
    path: [],
    code: 'yaml',
    message: /stack/i.test(message) ? 'This is nested too deeply. Remove brackets.' : (CURES[code] ?? message),
    offset: pos[0],
  }));
  if (faults.length === 0) faults.push(...oddities(document));
  return {
    ...plain(document, faults),
    offsetOf: (path) => offsetOf(document, path),
    position: (offset) => {
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(line, 1), column: Math.max(col, 1) };
    },
  };
}

/** What YAML allows and a catalogue does not: everything whose meaning cannot be seen. */
function oddities(document: Document.Parsed): TextFault[] {
  const faults: TextFault[] = [];
  const anchors = new Set<string>();
  const names = new WeakMap<object, Set<unknown>>();
  visit(document, {
    Node: (at, node, ancestors) => {
      const path = ancestors.flatMap((one) => (isPair(one) && isScalar(one.key) ? [String(one.key.value)] : []));
      const report = (code: string, message: string) => faults.push({ path, code, message, offset: begin(node) });
      if (isAlias(node)) {
        if (!anchors.has(node.source))
          report('unknown_alias', `Nothing above is called &${node.source}. Write the value.`);
        return;
      }
      if (node.anchor) anchors.add(node.anchor);
      const map = at === 'key' ? ancestors.at(-2) : undefined;
      if (map && isScalar(node)) {
        const before = names.get(map) ?? new Set();
        if (before.has(node.value)) report('duplicate', 'This name appears here twice. Remove one of them.');
        names.set(map, before.add(node.value));
      }
      if (node.tag) {
        report('tag', `Tags such as ${node.tag} have no meaning here. Remove it.`);
      } else if (at === 'key' && isScalar(node)) {
        if (node.value === '<<')
          report('merge', '<< is not supported: what it inserts cannot be seen. Write the fields out.');
        else if (String(node.value) in {}) {
          report(
            'invalid_name',
            `${node.value} is the name of a property that every JavaScript object has. Choose another one.`,
          );
        }
      }
    },
  });
  return faults;
}

function plain(document: Document.Parsed, faults: TextFault[]): Pick<CatalogueText, 'value' | 'faults'> {
  if (faults.length > 0 && faults.some(({ code }) => code === 'yaml' || code === 'unknown_alias')) {
    return { value: undefined, faults };
  }
  try {
    return { value: document.toJS({ maxAliasCount: 50 }), faults };
  } catch {
    const message = 'The aliases expand to too much. Write the values out.';
    return { value: undefined, faults: [...faults, { path: [], code: 'yaml', message, offset: 0 }] };
  }
}

function offsetOf(document: Document.Parsed<ParsedNode>, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return begin(node);
  }
  return 0;
}

const begin = (node: Node): number => node.range?.[0] ?? 0;
