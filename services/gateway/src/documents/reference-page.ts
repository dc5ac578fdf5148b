import type { Operation } from '@tidegate/contracts/kernel/operation';
import { jsonSchema } from './openapi.ts';

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** The API as one page to read: no script, so that the strictest content security policy holds. */
export function referencePage(operations: Operation[], version: string): string {
  const byService = Map.groupBy(
    operations.filter((operation) => operation.http),
    ({ service }) => service,
  );
  const sections = [...byService].map(
    ([service, list]) => `<section id="${service}"><h2>${service}</h2>${list.map(article).join('')}</section>`,
  );
  const links = [...byService.keys()].map((service) => `<a href="#${service}">${service}</a>`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tidegate API ${version}</title><link rel="stylesheet" href="/docs/style.css"></head><body>
<header><h1>Tidegate API <small>${version}</small></h1><nav>${links.join(' ')} <a href="/openapi.json">openapi.json</a>
<a href="/asyncapi.json">asyncapi.json</a></nav></header><main>${sections.join('')}</main></body></html>`;
}

function article(operation: Operation): string {
  const [method, path] = operation.http as [string, string];
  const schema = jsonSchema(operation.input, 'input', {});
  const fields = Object.entries((schema['properties'] as Record<string, Record<string, unknown>>) ?? {});
  const required = new Set((schema['required'] as string[]) ?? []);
  const rows = fields.map(([name, field]) => {
    const type = String(field['type'] ?? (field['$ref'] as string | undefined)?.split('/').at(-1) ?? 'one of several');
    const text = escapeHtml(String(field['description'] ?? ''));
    return `<tr><td><code>${name}</code>${required.has(name) ? ' *' : ''}</td><td>${type}</td><td>${text}</td></tr>`;
  });
  const problems = operation.errors.map(({ code, status }) => `<code>${status} ${code}</code>`).join(' ');
  return `<article><h3><b>${method}</b> <code>${escapeHtml(path)}</code></h3><p>${escapeHtml(operation.summary)}.
${escapeHtml(operation.description ?? '')}</p><p>Scope <code>${operation.scope}</code>${
    operation.limit ? `, counts against <code>${operation.limit}</code>` : ''
  }${problems ? ` · ${problems}` : ''}</p>${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}</article>`;
}

export const REFERENCE_STYLE = `:root{color-scheme:light dark;--line:light-dark(#ddd,#333)}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
header{position:sticky;top:0;background:Canvas;border-bottom:1px solid var(--line);padding-bottom:.5rem}
h1{margin:.2rem 0;font-size:1.4rem}nav a{margin-right:.8rem}h3{margin:1.4rem 0 .2rem;font-size:1rem;font-weight:400}
h3 b{display:inline-block;min-width:4.2rem}article{border-bottom:1px solid var(--line)}p{margin:.3rem 0}
table{border-collapse:collapse;width:100%;font-size:14px}td{border-top:1px solid var(--line);padding:.2rem .6rem .2rem 0;vertical-align:top}
code{font-family:ui-monospace,monospace;font-size:.92em}`;
