import type { Operation } from '@tidegate/contracts/kernel/operation';
import { jsonSchema } from './openapi.ts';

type Schema = Record<string, unknown>;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Text of a contract: what stands in backticks is code. */
const prose = (text: unknown): string => escapeHtml(String(text ?? '')).replace(/`([^`]+)`/g, '<code>$1</code>');

/** The API as one page to read: no script, so that the strictest content security policy holds. */
export function referencePage(operations: Operation[], version: string): string {
  const models: Record<string, unknown> = {};
  const byService = Map.groupBy(
    operations.filter((operation) => operation.http),
    ({ service }) => service,
  );
  const sections = [...byService].map(
    ([service, list]) =>
      `<section id="${service}"><h2>${service}</h2>${list.map((one) => article(one, models)).join('')}</section>`,
  );
  const links = [...byService.keys(), 'models'].map((id) => `<a href="#${id}">${id}</a>`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tidegate API ${version}</title><link rel="stylesheet" href="/docs/style.css"></head><body>
<header><h1>Tidegate API <small>${version}</small></h1><nav>${links.join(' ')} <a href="/openapi.json">openapi.json</a>
<a href="/asyncapi.json">asyncapi.json</a></nav></header><main><p>JSON in, JSON out. <code>POST /api/v1/sessions</code> answers an access token, sent
as <code>authorization: Bearer …</code>; an API key is sent the same way. Fields with * are required. Refusals are problems
(RFC 9457): <code>code</code> is for programs, <code>detail</code> for people.</p>${sections.join('')}<section id="models"><h2>models</h2>
${modelArticles(models)}</section></main></body></html>`;
}

function article(operation: Operation, models: Record<string, unknown>): string {
  const [method, path] = operation.http as [string, string];
  const input = jsonSchema(operation.input, 'input', models);
  const output = typeText(jsonSchema(operation.output, 'output', models));
  const problems = operation.errors.map(({ code, status }) => `<code>${status} ${code}</code>`).join(' ');
  return `<article><h3><b>${method}</b> <code>${escapeHtml(path)}</code></h3><p>${prose(operation.summary)}.
${prose(operation.description)}</p><p>Scope <code>${operation.scope}</code>${
    operation.limit ? `, counts against <code>${operation.limit}</code>` : ''
  } · answers ${output}${problems ? ` · ${problems}` : ''}</p>${fieldTable(input)}</article>`;
}

const modelArticles = (models: Record<string, unknown>): string =>
  Object.entries(models)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, model]) => {
      const schema = model as Schema;
      const table = fieldTable(schema) || `<p>${typeText(schema)}</p>`;
      return `<article id="model-${name}"><h3><b>${name}</b></h3><p>${prose(schema['description'])}</p>${table}</article>`;
    })
    .join('');

function fieldTable(schema: Schema): string {
  const required = new Set((schema['required'] as string[]) ?? []);
  const rows = Object.entries((schema['properties'] as Record<string, Schema>) ?? {}).map(([name, field]) => {
    const star = required.has(name) ? ' *' : '';
    return `<tr><td><code>${name}</code>${star}</td><td>${typeText(field)}</td><td>${fieldNotes(field)}</td></tr>`;
  });
  return rows.length > 0 ? `<table>${rows.join('')}</table>` : '';
}

function fieldNotes(field: Schema): string {
  const notes = [prose(field['description'])];
  const limits = { minimum: '≥', maximum: '≤', minLength: 'length ≥', maxLength: 'length ≤', maxItems: 'items ≤' };
  for (const [key, sign] of Object.entries(limits)) {
    const value = field[key];
    if (typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER) notes.push(`${sign} ${value}`);
  }
  if (field['default'] !== undefined)
    notes.push(`default <code>${escapeHtml(JSON.stringify(field['default']))}</code>`);
  return notes.filter(Boolean).join(' · ');
}

/** A schema's type in a few words; named models are links. */
function typeText(schema: Schema): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.split('/').at(-1);
    return `<a href="#model-${name}">${name}</a>`;
  }
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (choices) return choices.map(typeText).join(' or ');
  const values = (schema['enum'] ?? (schema['const'] === undefined ? undefined : [schema['const']])) as unknown[];
  if (values) return values.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(' ');
  if (schema['items']) return `list of ${typeText(schema['items'] as Schema)}`;
  const properties = schema['properties'] as Record<string, Schema> | undefined;
  if (properties?.['items'] && properties['nextCursor']) {
    return `page of ${typeText(properties['items']['items'] as Schema)}`;
  }
  if (properties) {
    const fields = Object.entries(properties).map(([name, field]) => `<code>${name}</code> ${typeText(field)}`);
    return fields.length > 0 ? `{ ${fields.join(', ')} }` : 'nothing';
  }
  return [schema['type'] ?? 'anything'].flat().join(' or ');
}

export const REFERENCE_STYLE = `:root{color-scheme:light dark;--line:light-dark(#ddd,#333)}
html{scroll-padding-top:6rem}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
header{position:sticky;top:0;background:Canvas;border-bottom:1px solid var(--line);padding-bottom:.5rem}
h1{margin:.2rem 0;font-size:1.4rem}nav a{margin-right:.8rem}h3{margin:1.4rem 0 .2rem;font-size:1rem;font-weight:400}
h3 b{display:inline-block;min-width:4.2rem}article{border-bottom:1px solid var(--line);overflow-wrap:anywhere}p{margin:.3rem 0}
table{border-collapse:collapse;width:100%;font-size:14px}td{border-top:1px solid var(--line);padding:.2rem .6rem .2rem 0;vertical-align:top}
td:nth-child(1){width:24%}td:nth-child(2){width:34%}
code{font-family:ui-monospace,monospace;font-size:.92em}`;
