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

/** Something that is wrong at a place of the text. */
export interface TextFault {
  path: (string | number)[];
  code: string;
  message: string;
  /** Where it begins, in characters. */
  offset: number;
}

export interface CatalogueText {
  /** Of a text with faults as far as it could be read; undefined when it could not. */
  value: unknown;
  faults: TextFault[];
  /** Where a field stands; of one that is missing, where its parent begins. */
  offsetOf(path: readonly (string | number)[]): number;
  position(offset: number): { line: number; column: number };
}

/*
 * Numbers stay the text that was written: read as numbers, 29.00 would be 29 and 0x10 would be 16 before anybody looked.
 * Only true, false and null are more than text. `logLevel: silent` would hide a second document. The library compares each
 * name with each to find those that stand twice: minutes for a large text.
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
  MULTIPLE_DOCS: 'A second document begins here, and only the first would count. Remove this line, or what follows it.',
  NON_STRING_KEY: 'A name must be a plain word. Remove the brackets or the question mark.',
};

/** Reads YAML so that nothing in it can mean something else than it says. */
export function readText(yaml: string): CatalogueText {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { ...OPTIONS, lineCounter: lines });
  const said = [...document.errors, ...document.warnings.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')];
  const faults: TextFault[] = said.map(({ code, message, pos }) => ({
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

/** What YAML allows and a catalogue does not: everything whose meaning is not what one sees. */
function oddities(document: Document.Parsed): TextFault[] {
  const faults: TextFault[] = [];
  const anchors = new Set<string>();
  const names = new WeakMap<object, Set<unknown>>();
  visit(document, {
    Node: (at, node, ancestors) => {
      const path = ancestors.flatMap((one) => (isPair(one) && isScalar(one.key) ? [String(one.key.value)] : []));
      const tell = (code: string, message: string) => faults.push({ path, code, message, offset: begin(node) });
      if (isAlias(node)) {
        if (!anchors.has(node.source))
          tell('unknown_alias', `Nothing above is called &${node.source}. Write the value.`);
        return;
      }
      if (node.anchor) anchors.add(node.anchor);
      const map = at === 'key' ? ancestors.at(-2) : undefined;
      if (map && isScalar(node)) {
        const before = names.get(map) ?? new Set();
        if (before.has(node.value)) tell('duplicate', 'This name stands here twice. Remove one of them.');
        names.set(map, before.add(node.value));
      }
      if (node.tag) {
        tell('tag', `Tags such as ${node.tag} have no meaning here. Remove it.`);
      } else if (at === 'key' && isScalar(node)) {
        if (node.value === '<<')
          tell('merge', '<< is not supported: what it brings in is not seen. Write the fields out.');
        else if (String(node.value) in {}) {
          tell('invalid_name', `${node.value} is a name that every object of a program has. Write another one.`);
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
    const message = 'The aliases stand for too much. Write the values out.';
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
