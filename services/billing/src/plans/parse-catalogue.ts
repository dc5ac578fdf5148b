import { catalogueInvalid } from '@tidegate/contracts/billing/plans';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { Catalogue, FeatureDefinition } from './catalogue-model.rules.ts';
import { readText } from './catalogue-text.rules.ts';
import { readCatalogue } from './read-catalogue.rules.ts';

/** The most mistakes that one answer lists. */
const MAX_ERRORS = 100;

/**
 * Parses the YAML text of a catalogue. Throws `catalogue_invalid` with the field, line and fix of every mistake.
 * `known`: features that earlier catalogues declared, which must stay what they are.
 */
export function parseCatalogue(
  refuse: Refuse<typeof catalogueInvalid>,
  yaml: string,
  known: readonly FeatureDefinition[] = [],
): Catalogue {
  const text = readText(yaml);
  const read = text.value === undefined ? { faults: [] } : readCatalogue(text.value, known);
  if ('catalogue' in read && text.faults.length === 0) return read.catalogue;
  const reported = new Set(text.faults.map(({ path }) => path.join('/')));
  const others = 'faults' in read ? read.faults.filter(({ path }) => !reported.has(path.join('/'))) : [];
  const errors = [...text.faults, ...others.map((fault) => ({ ...fault, offset: text.offsetOf(fault.path) }))]
    .sort((a, b) => a.offset - b.offset)
    .map(({ path, code, message, offset }) => ({
      field: path.map((part) => `/${part}`).join(''),
      code,
      message,
      ...text.position(offset),
    }));
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw refuse(
    catalogueInvalid,
    { errors: errors.slice(0, MAX_ERRORS) },
    `Line ${first?.line ?? 1}: ${first?.field ?? ''} ${first?.message ?? ''}${more}`,
  );
}
