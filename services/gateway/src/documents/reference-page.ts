import { fieldTable, prose, safe, typeText } from './reference-types.ts';
import { type Json, resolve, shapesOf } from './schemas.ts';

interface Entry {
  id: string;
  method: string;
  path: string;
  operation: Json;
}

/**
 * The OpenAPI document as one page. Everything is in the HTML, so that it works without scripts; a small script of our
 * own adds search and requests to try. Nothing is inline or loaded from elsewhere, so the strictest content security policy holds.
 */
export function referencePage(document: Json): string {
  const { version, description } = document['info'] as { version: string; description: string };
  const components = (document['components'] as { schemas: Json }).schemas;
  const byTag = Map.groupBy(entriesOf(document), ({ operation }) => (operation['tags'] as string[])[0] ?? '');
  const models = Object.entries(components) as [string, Json][];
  const sections = [...byTag].map(
    ([tag, list]) =>
      `<section><h2 id="${tag}">${tag}</h2>${list.map((one) => article(one, document)).join('')}</section>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Tidegate API ${version}</title><link rel="icon" href="/docs/icon.svg"><link rel="stylesheet" href="/docs/style.css">
<script type="module" src="/docs/page.js"></script><script type="module" src="/docs/try-it.js"></script></head><body>
<header><h1>Tidegate API <small>${version}</small></h1><form role="search" hidden><input id="search" type="search"
placeholder="Search ( / )" aria-label="Search" autocomplete="off"></form><span><a href="/openapi.json">openapi.json</a>
<a href="/asyncapi.json">asyncapi.json</a></span></header>
<details id="contents" open><summary>Contents</summary><nav>${[...byTag].map(([tag, list]) => contents(tag, list)).join('')}
<p><a href="#models">models</a></p></nav></details>
<section id="found" aria-live="polite" hidden><p></p><ul></ul></section>
<main><p>${prose(description).replaceAll('\n\n', '</p><p>')}</p>
<p><code>POST /api/v1/sessions</code> answers an access token, sent as <code>authorization: Bearer …</code>; an API key is
sent the same way. Fields with * are required.</p>${sections.join('')}
<section><h2 id="models">models</h2>${models.map(([name, model]) => modelArticle(name, model, components)).join('')}</section>
</main></body></html>`;
}

function entriesOf(document: Json): Entry[] {
  return Object.entries(document['paths'] as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: String(operation['operationId']),
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

const contents = (tag: string, list: Entry[]): string =>
  `<details><summary>${tag}</summary><ul><li><a href="#${tag}">All of ${tag}</a></li>${list
    .map(({ id, operation }) => `<li><a href="#${id}" title="${safe(operation['summary'])}">${id}</a></li>`)
    .join('')}</ul></details>`;

function article({ id, method, path, operation }: Entry, document: Json): string {
  const { schemas } = document['components'] as { schemas: Json };
  const { summary, description, 'x-scope': scope, 'x-limit': limit } = operation;
  const parameters = (operation['parameters'] ?? []) as Json[];
  const notes = [
    scope ? `Scope <code>${safe(scope)}</code>` : '',
    limit ? `counts against <code>${safe(limit)}</code>` : '',
  ].filter(Boolean);
  return `<details class="entry" id="${id}" data-entry><summary data-title="${method} ${safe(path)}" data-about="${safe(summary)}">
<span class="method">${method}</span><code>${safe(path)}</code> <span class="about">${prose(summary)}</span></summary>
<p>${prose(description).replaceAll('\n', '<br>')}</p><p class="notes">${notes.join(', ')} <a href="#${id}">#${id}</a></p>
${parameters.length > 0 ? `<h4>Parameters</h4>${fieldTable(parameters.map(asField), schemas)}` : ''}
${body(operation, schemas)}${answers(operation, document)}</details>`;
}

const asField = (parameter: Json) => ({
  name: `${parameter['name']}`,
  required: parameter['required'] === true,
  where: `${parameter['in']}`,
  schema: { ...(parameter['schema'] as Json), description: parameter['description'] },
});

function body(operation: Json, components: Json): string {
  const content = (operation['requestBody'] as Json | undefined)?.['content'] as Record<string, Json> | undefined;
  const json = content?.['application/json'];
  if (!json) return '';
  const shapes = shapesOf(json['schema'] as Json, components);
  const tables = shapes.map((shape) => fieldTable(fieldsOf(shape), components)).filter(Boolean);
  if (tables.length === 0) return '';
  return `<h4>Body</h4>${tables.join('<p>or</p>')}${sample(json['example'])}`;
}

function answers(operation: Json, document: Json): string {
  const { schemas, responses } = document['components'] as { schemas: Json; responses: Json };
  return Object.entries(operation['responses'] as Record<string, Json>)
    .map(([status, given]) => {
      const answer = given['$ref'] ? (responses[String(given['$ref']).split('/').at(-1) ?? ''] as Json) : given;
      if (Number(status) >= 400) return `<p><b>${status}</b> ${prose(answer['description'])}</p>`;
      const [content] = Object.values((answer['content'] ?? {}) as Record<string, Json>);
      const type = content ? typeText(content['schema'] as Json, schemas) : 'nothing';
      return `<h4>Answers</h4><p><b>${status}</b> ${type}</p>${sample(content?.['example'])}`;
    })
    .join('');
}

const sample = (example: unknown): string =>
  example === undefined || Object.keys(example as Json).length === 0
    ? ''
    : `<pre tabindex="0">${safe(JSON.stringify(example, undefined, 2))}</pre>`;

function fieldsOf(schema: Json) {
  const required = new Set((schema['required'] as string[]) ?? []);
  return Object.entries((schema['properties'] as Record<string, Json>) ?? {}).map(([name, field]) => ({
    name,
    required: required.has(name),
    schema: field,
  }));
}

function modelArticle(name: string, model: Json, components: Json): string {
  const parts = (model['allOf'] as Json[] | undefined) ?? [model];
  const tables = parts.map((part) =>
    part['$ref']
      ? `<p>${typeText(part, components)} with</p>`
      : fieldTable(fieldsOf(resolve(part, components)), components),
  );
  const text = tables.join('') || `<p>${typeText(model, components)}</p>`;
  return `<details class="entry" id="model-${name}" data-entry><summary data-title="${name}" data-about="${safe(model['description'])}"><b>${name}</b></summary>
<p>${prose(model['description'])}</p>${text}</details>`;
}
