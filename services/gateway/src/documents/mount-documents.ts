import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { events, liveTopics, operations } from '@tidegate/contracts/kernel/registry';
import type { FastifyInstance } from 'fastify';
import { compressOnce } from '../kernel/compress-answers.ts';
import { asyncApiDocument } from './asyncapi.ts';
import { openApiDocument } from './openapi.ts';
import { referencePage } from './reference-page.ts';

const ASSETS = new URL('../../assets/', import.meta.url);
const asset = (name: string): string => readFileSync(new URL(name, ASSETS), 'utf8');
/** Monitors and link checkers send HEAD. */
const ALSO_HEAD = { exposeHeadRoute: true };

/**
 * The documents of the API and a page to read them, which is home where there is no other. Built at the first request, as bytes that all
 * answers share: a text would be copied for each, and whoever asks for a megabyte needs no account.
 */
export function mountDocuments(fastify: FastifyInstance, version: string, { isHome }: { isHome: boolean }): void {
  const openApi = once(() => openApiDocument(operations(), liveTopics(), version));
  const served: Record<string, [type: string, text: () => Buffer]> = {
    '/openapi.json': ['application/json', bytes(() => JSON.stringify(openApi()))],
    '/asyncapi.json': [
      'application/json',
      bytes(() => JSON.stringify(asyncApiDocument(events(), liveTopics(), version))),
    ],
    '/docs': ['text/html', bytes(() => referencePage(openApi()))],
    '/docs/style.css': ['text/css', bytes(() => asset('docs.css'))],
    '/docs/page.js': ['text/javascript', bytes(() => asset('docs.js'))],
    '/docs/try-it.js': ['text/javascript', bytes(() => asset('try-it.js'))],
    '/docs/samples.js': ['text/javascript', bytes(() => asset('samples.js'))],
    '/docs/minisearch.js': ['text/javascript', bytes(miniSearch)],
    '/docs/icon.svg': ['image/svg+xml', bytes(() => asset('icon.svg'))],
    '/favicon.ico': ['image/svg+xml', bytes(() => asset('icon.svg'))],
  };
  for (const [path, [type, text]] of Object.entries(served)) {
    fastify.get(path, { ...ALSO_HEAD, onSend: compressOnce() }, (_request, reply) =>
      reply.header('content-type', `${type}; charset=utf-8`).send(text()),
    );
  }
  if (isHome) fastify.get('/', ALSO_HEAD, (_request, reply) => reply.redirect('/docs'));
}

/** The installed library as a module for browsers, without the reference to a map that is not shipped. */
function miniSearch(): string {
  const installed = createRequire(import.meta.url).resolve('minisearch');
  const text = readFileSync(join(dirname(installed), '../es/index.js'), 'utf8');
  return text.replace(/^\/\/# sourceMappingURL=.*$/m, '');
}

const bytes = (text: () => string): (() => Buffer) => once(() => Buffer.from(text()));

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
