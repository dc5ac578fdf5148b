import { type Json, resolve } from './schemas.ts';

/* Schemas in a few words of HTML. */

export const safe = (text: unknown): string =>
  String(text ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;');

/** Text of a contract: backticks mark code. */
export const prose = (text: unknown): string => safe(text).replace(/`([^`]+)`/g, '<code>$1</code>');

export interface Field {
  name: string;
  required: boolean;
  where?: string;
  schema: Json;
}

export function fieldTable(fields: readonly Field[], components: Json): string {
  const rows = fields.map(
    ({ name, required, where, schema }) =>
      `<tr><td><code>${safe(name)}</code>${required ? ' *' : ''}${where ? ` <span class="about">${where}</span>` : ''}</td>` +
      `<td>${typeText(schema, components)}</td><td>${notesOf(schema, components)}</td></tr>`,
  );
  return rows.length > 0 ? `<table>${rows.join('')}</table>` : '';
}

const LIMITS = { minimum: '≥', maximum: '≤', minLength: 'length ≥', maxLength: 'length ≤', maxItems: 'items ≤' };

function notesOf(field: Json, components: Json): string {
  const schema = resolve(field, components);
  const notes = [prose(schema['description'])];
  for (const [key, sign] of Object.entries(LIMITS)) {
    const value = schema[key];
    if (typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER) notes.push(`${sign} ${value}`);
  }
  if (schema['default'] !== undefined) notes.push(`default <code>${safe(JSON.stringify(schema['default']))}</code>`);
  return notes.filter(Boolean).join(' · ');
}

/** A schema's type in a few words; named models are links. */
export function typeText(schema: Json, components: Json): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.split('/').at(-1) ?? '';
    return `<a href="#model-${name}">${name}</a>`;
  }
  const inner = (one: Json) => typeText(one, components);
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined;
  if (choices) return choices.map(inner).join(' or ');
  const values = (schema['enum'] ?? (schema['const'] === undefined ? undefined : [schema['const']])) as unknown[];
  if (values) return values.map((value) => `<code>${safe(value)}</code>`).join(' ');
  if (schema['items']) return `list of ${inner(schema['items'] as Json)}`;
  const properties = schema['properties'] as Record<string, Json> | undefined;
  if (properties?.['items'] && properties['nextCursor'])
    return `page of ${inner(properties['items']['items'] as Json)}`;
  if (properties) {
    const fields = Object.entries(properties).map(([name, field]) => `<code>${safe(name)}</code> ${inner(field)}`);
    return fields.length > 0 ? `{ ${fields.join(', ')} }` : 'nothing';
  }
  return [schema['type'] ?? 'anything'].flat().join(' or ');
}
