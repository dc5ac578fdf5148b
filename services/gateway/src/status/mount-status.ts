import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { compressAnswer } from '../kernel/compress-answers.ts';
import { entityTag, isUnchanged } from '../kernel/entity-tags.ts';
import type { PlatformStatus } from './platform-status.loop.ts';
import { statusFeed, statusJson, statusPage } from './status-page.ts';
import { type StatusLanguage, statusLanguage } from './status-words.ts';

const STYLE = readFileSync(new URL('../../assets/status.css', import.meta.url), 'utf8');
/**
 * A cache in front of us may answer for so long, and with what it has while we do not answer. Two seconds take the load
 * of any number of readers away from us, and hardly make an incident late.
 */
const CACHED = 'public, max-age=2, stale-if-error=3600';
const FOR_ALL = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

interface Shown {
  current(): PlatformStatus;
  name: string;
  publicUrl: string;
}

type Make = (status: PlatformStatus, language: StatusLanguage) => string;

/** The public page of states: no log-in, nothing of a customer, no service is asked for it. */
export function mountStatus(fastify: FastifyInstance, shown: Shown): void {
  const served: Record<string, [type: string, make: Make]> = {
    '/status': ['text/html', (status, language) => statusPage(shown.name, status, language)],
    '/status.json': ['application/json', statusJson],
    '/status.atom': ['application/atom+xml', (status) => statusFeed(shown.name, shown.publicUrl, status)],
    '/status.css': ['text/css', () => STYLE],
  };
  for (const [path, [type, make]] of Object.entries(served)) {
    const text = oncePerUpdate(make);
    fastify.get(path, { exposeHeadRoute: true, onSend: compressAnswer }, (request, reply) =>
      send(request, reply, type, text(shown.current(), statusLanguage(request.headers['accept-language']))),
    );
  }
}

interface Made {
  text: string;
  tag: string;
}

/** What everybody of a language is given alike is made once for all of them. */
function oncePerUpdate(make: Make): (status: PlatformStatus, language: StatusLanguage) => Made {
  const known: Partial<Record<StatusLanguage, Made & { of: PlatformStatus }>> = {};
  return (status, language) => {
    const before = known[language];
    if (before?.of === status) return before;
    const text = make(status, language);
    const made = { text, tag: entityTag(text), of: status };
    known[language] = made;
    return made;
  };
}

function send(request: FastifyRequest, reply: FastifyReply, type: string, { text, tag }: Made): FastifyReply {
  void reply.headers({ ...FOR_ALL, 'cache-control': CACHED, etag: tag, vary: 'accept-language' });
  if (isUnchanged(request.headers, tag)) return reply.code(304).send();
  return reply.header('content-type', `${type}; charset=utf-8`).send(text);
}
