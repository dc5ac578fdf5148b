import type { Json, JsonObject } from './description.ts';
import { isObject } from './forms.ts';
import { invalid } from './refusal.ts';

const EXPAND_DEPTH = 4;
const METADATA = { keys: 50, key: 40, value: 500 };

/** Limits of all parameters that the description does not know. */
export function refuseBeyondLimits(params: JsonObject): void {
  for (const path of (params['expand'] ?? []) as string[])
    if (path.split('.').length > EXPAND_DEPTH)
      throw invalid(`You cannot expand more than ${EXPAND_DEPTH} levels of a property. Property: ${path}`, 'expand');
  walk(params, '');
}

/** Numbers are whole but for percentages; metadata is small. */
function walk(value: Json, path: string): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value) && !/percent/.test(path))
    throw invalid(`Invalid integer: ${value}`, path, 'parameter_invalid_integer');
  if (typeof value !== 'object' || value === null) return;
  if (/(^|\[)metadata\]?$/.test(path) && isObject(value)) refuseMetadata(value, path);
  for (const [key, inner] of Object.entries(value)) walk(inner, path ? `${path}[${key}]` : key);
}

function refuseMetadata(metadata: JsonObject, param: string): void {
  const entries = Object.entries(metadata);
  if (entries.length > METADATA.keys) throw invalid(`Metadata has at most ${METADATA.keys} keys.`, param);
  for (const [key, value] of entries) {
    const at = `${param}[${key}]`;
    if (key.length > METADATA.key) throw invalid(`Metadata keys have at most ${METADATA.key} characters.`, at);
    if (String(value).length > METADATA.value)
      throw invalid(`Metadata values can have up to ${METADATA.value} characters.`, at);
  }
}
