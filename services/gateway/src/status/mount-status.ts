import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { entityTag, isUnchanged } from '../kernel/entity-tags.ts';
import type { PlatformStatus } from './platform-status.loop.ts';
import { statusFeed, statusJson, statusPage } from './status-page.ts';

const STYLE = readFileSync(new URL('../../assets/status.css', import.meta.url), 'utf8');
/** A cache in front of us may answer for so long, and with what it has while we do not answer. */
const CACHED = 'public, max-age=15, stale-if-error=3600';
const FOR_ALL = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

interface Shown {
  current(): PlatformStatus;
  name: string;
  publicUrl: string;
}

/** The public page of states: no log-in, nothing of a customer, no service is asked for it. */
export function mountStatus(fastify: FastifyInstance, shown: Shown): void {
  const served: Record<string, [type: string, text: (request: FastifyRequest) => string]> = {
    '/status': ['text/html', () => statusPage(shown.name, shown.current())],
    '/status.json': ['application/json', () => statusJson(shown.current())],
    '/status.atom': ['application/atom+xml', () => statusFeed(shown.name, shown.publicUrl, shown.current())],
    '/status.css': ['text/css', () => STYLE],
  };
  for (const [path, [type, text]] of Object.entries(served)) {
    fastify.get(path, { exposeHeadRoute: true }, (request, reply) => send(request, reply, type, text(request)));
  }
}

function send(request: FastifyRequest, reply: FastifyReply, type: string, text: string): FastifyReply {
  const tag = entityTag(text);
  void reply.headers({ ...FOR_ALL, 'cache-control': CACHED, etag: tag });
  if (isUnchanged(request.headers, tag)) return reply.code(304).send();
  return reply.header('content-type', `${type}; charset=utf-8`).send(text);
}
