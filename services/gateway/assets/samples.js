/*
 * One request of the API as text to copy: for the shell, for TypeScript and for Python, without a key inside.
 */

/**
 * @typedef {{ operationId: string, method: string, path: string, parameters: Record<string, string>, query: Record<string, string | number | boolean>, body?: unknown, isPublic?: boolean }} Call
 * `path` as in the document, with `{…}` for its parameters. `isPublic`: it needs no key.
 */

/**
 * @param {Call} call
 * @param {string} origin
 */
export function addressOf({ path, parameters, query }, origin) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (all, name) => inPath(parameters[name]) ?? all);
  const search = new URLSearchParams(query).toString();
  return `${origin}${filled}${search && `?${search}`}`;
}

/**
 * Undefined for nothing, `.` and `..`: they would be another path. The place in braces, which no id is, stays then.
 * @param {unknown} value
 */
function inPath(value) {
  const text = `${value ?? ''}`;
  return ['', '.', '..'].includes(text) ? undefined : encodeURIComponent(text);
}

/**
 * @param {Call} call
 * @param {string} origin
 */
export function curl(call, origin) {
  const lines = [
    `curl -X ${call.method} ${quoted(addressOf(call, origin))}`,
    ...(call.isPublic ? [] : ['-H "Authorization: Bearer $TIDEGATE_KEY"']),
  ];
  if (call.body !== undefined)
    lines.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(call.body))}`);
  return lines.join(' \\\n  ');
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * @param {Call} call
 * @param {string} origin
 */
export function typescript({ operationId, parameters, query, body, isPublic }, origin) {
  const input = { ...parameters, ...query, ...(typeof body === 'object' ? body : {}) };
  const method = operationId.replaceAll(/[.-](\w)/g, (_all, letter) => letter.toUpperCase());
  const given = Object.keys(input).length === 0 ? '' : JSON.stringify(input, undefined, 2);
  return `import { TidegateClient } from '@tidegate/client';

const tidegate = new TidegateClient({ url: '${origin}'${isPublic ? '' : ', token: process.env.TIDEGATE_KEY'} });
console.log(await tidegate.${method}(${given}));
`;
}

/**
 * @param {Call} call
 * @param {string} origin
 */
export function python(call, origin) {
  const hasBody = call.body !== undefined;
  const headers = call.isPublic ? [] : [`"Authorization": "Bearer " + os.environ["TIDEGATE_KEY"]`];
  if (hasBody) headers.push('"Content-Type": "application/json"');
  return `import json, os, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(addressOf(call, origin))},
    method="${call.method}",
    headers={${headers.join(', ')}},${hasBody ? `\n    data=json.dumps(${literal(call.body, '    ')}).encode(),` : ''}
)
with urllib.request.urlopen(request) as answer:
    print(answer.status, answer.read().decode())
`;
}

/**
 * JSON as Python writes it.
 * @param {unknown} value
 * @param {string} indent
 * @returns {string}
 */
function literal(value, indent) {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}    `;
  const parts = Array.isArray(value)
    ? value.map((one) => literal(one, inner))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${literal(one, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  return `${open}\n${parts.map((part) => `${inner}${part},`).join('\n')}\n${indent}${close}`;
}
