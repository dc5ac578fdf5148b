import { catalogueInvalid } from '@tidegate/contracts/billing/plans';
import { type Document, isNode, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { type Catalogue, type CatalogueFault, readCatalogue } from './catalogue-file.rules.ts';

/** Reads the YAML text of a catalogue. Throws `catalogue_invalid` with field, line and cure of everything wrong. */
export function parseCatalogue(yaml: string): Catalogue {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  if (document.errors.length > 0) {
    throw catalogueInvalid({
      errors: document.errors.map((error) => ({
        field: '',
        code: 'yaml',
        message: error.message,
        ...position(lines, error.pos[0]),
      })),
    });
  }
  const read = readCatalogue(plain(document));
  if ('catalogue' in read) return read.catalogue;
  const errors = read.faults.map((fault) => ({
    field: fault.path.map((part) => `/${part}`).join(''),
    code: fault.code,
    message: fault.message,
    ...position(lines, offsetOf(document, fault)),
  }));
  const first = errors[0];
  throw catalogueInvalid({ errors }, first && `Line ${first.line ?? 1}: ${first.field} ${first.message}`);
}

function plain(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    throw catalogueInvalid({ errors: [{ field: '', code: 'yaml', message: (error as Error).message }] });
  }
}

/** Where the fault stands; for a missing field, where its parent begins. */
function offsetOf(document: Document.Parsed<ParsedNode>, { path }: CatalogueFault): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
