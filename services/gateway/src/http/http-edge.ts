import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { methodNotAllowed, notFound } from '@tidegate/contracts/kernel/problem';
import { operations } from '@tidegate/contracts/kernel/registry';
import type { Health } from '@tidegate/runtime/health';
import { HEALTH, SETTINGS } from '@tidegate/runtime/host';
import { OnStart } from '@tidegate/runtime/loop';
import { mayReadMetrics } from '@tidegate/runtime/ops-server';
import type { Settings } from '@tidegate/runtime/settings';
import { fromTraceparent, isTracing, newTrace, runInTrace, span } from '@tidegate/telemetry/trace';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mountDocuments } from '../documents/mount-documents.ts';
import { StreamLive } from '../live/stream-live.ts';
import { EdgeParts } from './edge-parts.ts';
import { parseJsonBody } from './json-body.ts';
import { mountOperations } from './mount-operations.ts';
import { sendProblem, toProblem } from './problems.ts';

export const API_VERSION = '0.1.0';

/**
 * The HTTP server's routes, in the order in which a request meets them: trace and headers, body, route, problem.
 * Operations come from the contracts; what does not fit that shape is mounted by name: live stream, documents, health.
 */
@Injectable()
export class HttpEdge implements OnModuleDestroy {
  private readonly methods = new Map<string, Set<string>>();

  // The edge is where everything meets; it only hands on.
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly parts: EdgeParts,
    private readonly live: StreamLive,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @OnStart()
  async mount(): Promise<void> {
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    const { log } = this.parts;
    this.acceptJsonOnly(fastify);
    this.addHooks(fastify);
    fastify.setErrorHandler((error, _request, reply) => sendProblem(reply, toProblem(error, log)));
    fastify.addHook('onRoute', ({ method, url }) => {
      const known = this.methods.get(url) ?? new Set();
      for (const one of [method].flat()) known.add(one);
      this.methods.set(url, known);
    });
    mountOperations(fastify, operations(), this.parts);
    this.live.mount(fastify);
    mountDocuments(fastify, API_VERSION);
    this.mountHealth(fastify);
    fastify.setNotFoundHandler((request, reply) => this.noRoute(request, reply));
  }

  onModuleDestroy(): void {
    this.live.close();
  }

  private acceptJsonOnly(fastify: FastifyInstance): void {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser(
      ['application/json', 'application/cloudevents+json'],
      { parseAs: 'string' },
      (_request, text, done) => {
        try {
          done(null, parseJsonBody(text as string));
        } catch (error) {
          done(error as Error);
        }
      },
    );
  }

  private addHooks(fastify: FastifyInstance): void {
    const { metrics, config } = this.parts;
    const duration = metrics.histogram('tidegate_http_seconds', 'Time to answer a request', [
      'method',
      'route',
      'status',
    ]);
    const https = this.settings.publicUrl.startsWith('https:');
    const origins = new Set(config.CORS_ORIGINS);
    fastify.addHook('onRequest', (request, reply, done) => {
      void reply.headers(SECURITY_HEADERS);
      if (https) void reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
      const { origin } = request.headers;
      if (origin && origins.has(origin)) {
        void reply.headers({ 'access-control-allow-origin': origin, vary: 'origin' });
      }
      const given = request.headers['traceparent'];
      const trace = typeof given === 'string' ? fromTraceparent(given) : newTrace();
      if (isTracing()) {
        void span(`${request.method} ${request.routeOptions.url ?? ''}`, 'SERVER', () => finished(reply, done), {
          parent: trace,
        });
      } else runInTrace(trace, done);
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      const labels = {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: String(reply.statusCode),
      };
      duration.observe(labels, reply.elapsedTime / 1_000);
      done();
    });
  }

  private mountHealth(fastify: FastifyInstance): void {
    for (const path of ['/health', '/health/live', '/health/ready', '/health/startup', '/metrics']) {
      fastify.get(path, ALSO_HEAD, async (request, reply) => {
        const answer = await this.health.answer(path, () => mayReadMetrics(request.raw, this.settings.metricsToken));
        return reply
          .code(answer?.status ?? 404)
          .header('content-type', answer?.type ?? 'text/plain')
          .send(answer?.body ?? '');
      });
    }
  }

  private noRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = request.url.split('?')[0] ?? '';
    const allowed = [...this.methods].filter(([url]) => matches(url, path)).flatMap(([, methods]) => [...methods]);
    if (allowed.length > 0) {
      void reply.header('allow', allowed.join(', '));
      return sendProblem(reply, methodNotAllowed({}, `Use ${allowed.join(' or ')}.`));
    }
    return sendProblem(reply, notFound({}, 'There is no such path. GET /docs lists them.'));
  }
}

/** Monitors and link checkers ask by HEAD. */
const ALSO_HEAD = { exposeHeadRoute: true };

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Lets the request go on inside the span, which ends with the response. */
function finished(reply: FastifyReply, done: () => void): Promise<void> {
  return new Promise((resolve) => {
    reply.raw.once('close', resolve);
    done();
  });
}

function matches(url: string, path: string): boolean {
  const [pattern, parts] = [url.split('/'), path.split('/')];
  return (
    pattern.length === parts.length && pattern.every((part, index) => part.startsWith(':') || part === parts[index])
  );
}
