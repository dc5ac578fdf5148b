import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic, { type FastifyStaticOptions } from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where the build puts the console (`console/vite.config.mjs`). */
const BUILT = fileURLToPath(new URL('../../../../console/dist/', import.meta.url));
const A_YEAR = 'public, max-age=31536000, immutable';
/** Reserved for what is no page, so that a mistyped path there is a problem document and no page. */
const NO_PAGES = /^\/(api|docs|health|metrics|assets|\.well-known)(\/|$)|\.\w+$/;

/**
 * The console's files, compressed when they were built. Files under `assets` carry a hash in their name and never
 * change; everything else is asked for again each time. False where it was not built: then `/` leads to the reference.
 */
export async function mountConsole(fastify: FastifyInstance, folder = BUILT): Promise<boolean> {
  if (!existsSync(`${folder}index.html`)) return false;
  await fastify.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    globIgnore: ['assets/**'],
    ...files('no-cache'),
  });
  // One route for all of them: a route for each file, compressed ones included, was 2 MB of the process.
  await fastify.register(fastifyStatic, {
    root: `${folder}assets/`,
    prefix: '/assets/',
    decorateReply: false,
    ...files(A_YEAR),
  });
  return true;
}

const files = (cacheControl: string): Partial<FastifyStaticOptions> => ({
  preCompressed: true,
  cacheControl: false,
  setHeaders: (reply) => void reply.header('cache-control', cacheControl),
});

/** Whether a path that no route has is a page of the console: those live in the browser only. */
export const isPage = ({ method, url, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  (headers.accept ?? '').includes('text/html') &&
  !NO_PAGES.test(url.split('?')[0] ?? '');

export const sendPage = (reply: FastifyReply): FastifyReply => reply.sendFile('index.html');
