import { invalid, malformedBody } from '@tidegate/contracts/kernel/problem';
import { countMembers, findRepeatedKey } from './json-keys.rules.ts';

const MAX_DEPTH = 32;

/**
 * Parses a JSON body and refuses what no operation accepts and later stages could not handle: nesting beyond any
 * contract, keys that poison prototypes, duplicate keys, of which JSON.parse would silently keep the last, and text
 * that Postgres cannot store (NUL, lone surrogates).
 */
export function parseJsonBody(text: string, shape: 'object' | 'array' = 'object'): unknown {
  if (text.length === 0 && shape === 'object') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformedBody({}, `${(error as Error).message.slice(0, 200)}. Send one JSON ${shape}.`);
  }
  // A text without any of this holds nothing that would have to be looked for in its values.
  const keys = SUSPICIOUS.test(text) || !text.isWellFormed() ? checkValue(value, '', 0) : countKeys(value, 0);
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== (shape === 'array')) {
    throw malformedBody({}, `The body must be a JSON ${shape}.`);
  }
  if (countMembers(text) !== keys) {
    throw invalid(findRepeatedKey(text), 'given_twice', 'The body contains this key twice. Send it once.');
  }
  return value;
}

/** What may stand for a NUL, half a surrogate pair or a forbidden key: all of them, or an escape that could spell them. */
const SUSPICIOUS = /\\u|__proto__|constructor|prototype/;

/** How many keys the objects of a value have. */
function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= MAX_DEPTH) throw malformedBody({}, `The body is nested deeper than ${MAX_DEPTH} levels.`);
  let keys = 0;
  if (Array.isArray(value)) {
    for (const inner of value) keys += countKeys(inner, depth + 1);
    return keys;
  }
  for (const key in value) keys += 1 + countKeys((value as Record<string, unknown>)[key], depth + 1);
  return keys;
}

/** Returns how many keys its objects have. */
function checkValue(value: unknown, field: string, depth: number): number {
  if (typeof value === 'string') checkText(value, field);
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= MAX_DEPTH) throw malformedBody({}, `The body is nested deeper than ${MAX_DEPTH} levels.`);
  let keys = 0;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
      throw invalid(`${field}/${key}`, 'forbidden_key', 'This key is not allowed. Remove it.');
    }
    const path = `${field}/${key.slice(0, 100)}`;
    checkText(key, path);
    keys += 1 + checkValue(inner, path, depth + 1);
  }
  return Array.isArray(value) ? keys - value.length : keys;
}

export function checkText(text: string, field: string): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw invalid(
      field.replaceAll('\0', ''),
      'invalid_text',
      'The text contains a NUL or half a surrogate pair. Remove it.',
    );
  }
}
