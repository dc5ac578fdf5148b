import { catalogueInvalid } from '@tidegate/contracts/billing/plans';
import { type Catalogue, type FeatureDefinition, readCatalogue } from './catalogue-file.rules.ts';
import { readText } from './catalogue-text.rules.ts';

/** An answer has room for so many, and nobody reads more. */
const MOST_TOLD = 100;

/**
 * Reads the YAML text of a catalogue. Throws `catalogue_invalid` with field, line and cure of everything wrong.
 * `inForce`: the features of the catalogue that it shall follow, which keep their kinds.
 */
export function parseCatalogue(yaml: string, inForce: readonly FeatureDefinition[] = []): Catalogue {
  const text = readText(yaml);
  const read = text.value === undefined ? { faults: [] } : readCatalogue(text.value, inForce);
  if ('catalogue' in read && text.faults.length === 0) return read.catalogue;
  const told = new Set(text.faults.map(({ path }) => path.join('/')));
  const meant = 'faults' in read ? read.faults.filter(({ path }) => !told.has(path.join('/'))) : [];
  const errors = [...text.faults, ...meant.map((fault) => ({ ...fault, offset: text.offsetOf(fault.path) }))]
    .sort((a, b) => a.offset - b.offset)
    .map(({ path, code, message, offset }) => ({
      field: path.map((part) => `/${part}`).join(''),
      code,
      message,
      ...text.position(offset),
    }));
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw catalogueInvalid(
    { errors: errors.slice(0, MOST_TOLD) },
    `Line ${first?.line ?? 1}: ${first?.field ?? ''} ${first?.message ?? ''}${more}`,
  );
}
