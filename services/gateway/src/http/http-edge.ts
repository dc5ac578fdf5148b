import { AsyncResource } from 'node:async_hooks';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { methodNotAllowed, notFound, unavailable, unsupportedMediaType } from '@tidegate/contracts/kernel/problem';
import { operations } from '@tidegate/contracts/kernel/registry';
import { VERSION } from '@tidegate/contracts/kernel/version';
import type { Health } from '@tidegate/runtime/health';
import { HEALTH, SETTINGS } from '@tidegate/runtime/host';
import { hasMetricsToken } from '@tidegate/runtime/ops-server';
import { PoliteEnd } from '@tidegate/runtime/polite-end';
import type { Settings } from '@tidegate/runtime/settings';
import {
  annotateSpan,
  currentTrace,
  fromTraceparent,
  isTracing,
  newTrace,
  runInTrace,
  span,
} from '@tidegate/telemetry/trace';
import type { ReadSecret } from '@tidegate/vault/read-secret';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isPage, mountConsole, sendPage } from '../console/mount-console.ts';
import { mountDocuments } from '../documents/mount-documents.ts';
import { mountSecurityText } from '../documents/security-text.ts';
import type { OrganisationHost } from '../kernel/organisation-host.ts';
import { StreamLive } from '../live/stream-live.ts';
import { mountStatus } from '../status/mount-status.ts';
import { EVENTS, ONE_EVENT } from './cloud-events.ts';
import { allowOrigins } from './cors.ts';
import { EdgeParts } from './edge-parts.ts';
import { parseJsonBody } from './json-body.ts';
import { mountOperations } from './mount-operations.ts';
import { OwnHosts } from './own-hosts.ts';
import { sendProblem, toProblem } from './problems.ts';
import { mountFiles } from './receive-file.ts';
import { mountWebhook } from './receive-webhook.ts';
import { keepRequestState } from './request-state.ts';
import { mountExport } from './send-export.ts';
import { UnknownProxy } from './unknown-proxy.ts';

/** How long a stop waits for running requests; the process has 25 s in all. */
const DRAIN_MS = 12_000;
/** How long an answer about health is reused. */
const PROBE_MS = 200;
/** A refused body of up to so many bytes is read to its end and dropped. */
const READ_ANYWAY_BYTES = 16_000_000;

/**
 * The HTTP server's routes, in the order in which a request passes them: trace and headers, CORS, limits of its
 * network, admission, body, route, problem. Operations come from the contracts; what does not fit that shape is mounted
 * individually: live stream, files, exports, documents, health.
 */
@Injectable()
export class HttpEdge implements OnModuleDestroy, OnApplicationBootstrap {
  private readonly methods = new Map<string, Set<string>>();
  private readonly end = new PoliteEnd();
  private readonly metricsToken: ReadSecret;
  private hasConsole = false;
  private readonly hosts: OwnHosts;
  private readonly probes = new Map<string, { answer: ReturnType<Health['answer']>; until: number }>();

  // The edge is where everything meets; it only delegates.
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly parts: EdgeParts,
    private readonly live: StreamLive,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.metricsToken = settings.secrets.of('METRICS_TOKEN');
    this.hosts = new OwnHosts(settings.publicUrl, parts.config.ALLOWED_HOSTS, parts);
  }

  async onApplicationBootstrap(): Promise<void> {
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    const { log, config } = this.parts;
    this.acceptJsonOnly(fastify);
    keepRequestState(fastify);
    this.beginRequests(fastify);
    await allowOrigins(fastify, config.CORS_ORIGINS);
    this.limitNetworks(fastify);
    // Before a body is read: a path that does not exist needs none.
    fastify.addHook('onRequest', (request, reply, done) => {
      if (request.is404) void this.noRoute(request, reply);
      else done();
    });
    fastify.setErrorHandler((error, request, reply) => {
      // Whoever is still sending would find the connection reset, and no answer.
      if (Number(request.headers['content-length']) <= READ_ANYWAY_BYTES) void reply.removeHeader('connection');
      return sendProblem(reply, toProblem(error, log, request.routeOptions.bodyLimit));
    });
    fastify.addHook('onRoute', ({ method, url }) => {
      const known = this.methods.get(url) ?? new Set();
      for (const one of [method].flat()) known.add(one);
      this.methods.set(url, known);
    });
    mountOperations(fastify, operations(), this.parts);
    mountFiles(fastify, this.parts);
    mountWebhook(fastify, this.parts);
    mountExport(fastify, this.parts);
    fastify.get('/api/v1/stream', async (request, reply) => {
      const admitted = await this.parts.admission.admitStream(request, reply);
      request.principal = admitted.principal;
      this.live.begin(request, reply, admitted);
    });
    mountStatus(fastify, {
      current: () => this.parts.status.current(),
      name: config.INSTALLATION_NAME,
      publicUrl: this.settings.publicUrl,
    });
    mountSecurityText(fastify, config, this.settings.publicUrl);
    this.hasConsole = await mountConsole(fastify);
    mountDocuments(fastify, VERSION, { isHome: !this.hasConsole });
    this.mountHealth(fastify);
    fastify.setNotFoundHandler((request, reply) => this.noRoute(request, reply));
  }

  /** At a stop, before anything that requests need: running requests are answered, and clients are sent elsewhere. */
  async onModuleDestroy(): Promise<void> {
    this.live.close();
    const cut = await this.end.drain(this.adapterHost.httpAdapter.getHttpServer(), DRAIN_MS);
    if (cut > 0)
      this.parts.log.warn({ requests: cut }, `Requests were still running after ${DRAIN_MS} ms and were cut`);
  }

  private acceptJsonOnly(fastify: FastifyInstance): void {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser(
      ['application/json', ONE_EVENT, EVENTS],
      { parseAs: 'string' },
      ({ headers, routeOptions }, text, done) => {
        const type = headers['content-type']?.toLowerCase() ?? '';
        const isJson = type.startsWith('application/json');
        try {
          if (!isJson && !routeOptions.config.cloudEvents) throw unsupportedMediaType({}, JSON_ONLY);
          done(null, parseJsonBody(text as string, type.startsWith(EVENTS) ? 'array' : 'object'));
        } catch (error) {
          done(error as Error);
        }
      },
    );
    // RFC 8058: the one form that mail programs send has no content that matters.
    fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) => {
      if (text === 'List-Unsubscribe=One-Click') done(null, {});
      else done(unsupportedMediaType({}, JSON_ONLY));
    });
  }

  private beginRequests(fastify: FastifyInstance): void {
    const https = this.settings.publicUrl.startsWith('https:');
    const proxies = new UnknownProxy(this.parts.log);
    fastify.addHook('onRequest', (request, reply, done) => {
      this.end.begin();
      void reply.headers(SECURITY_HEADERS);
      if (https) void reply.header('strict-transport-security', `${STRICT}; includeSubDomains`);
      proxies.notice(request);
      const given = request.headers['traceparent'];
      const parent = typeof given === 'string' ? fromTraceparent(given) : undefined;
      if (isTracing()) {
        const name = `${request.method} ${request.routeOptions.url ?? ''}`;
        const begin = () => {
          traced(request, reply, currentTrace()?.traceId ?? '');
          done();
        };
        void span(name, 'SERVER', () => finished(request, reply, begin), { parent, service: 'gateway' });
        return;
      }
      const trace = parent ?? newTrace();
      traced(request, reply, trace.traceId);
      runInTrace(trace, done);
    });
    fastify.addHook('onSend', (_request, reply, _body, done) => {
      if (this.end.ending) void reply.header('connection', 'close');
      done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      this.end.done();
      this.parts.requestLog.record(request, reply);
      done();
    });
  }

  private limitNetworks(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (PROBES.has(pathOf(request))) return done();
      if (this.end.ending) {
        void reply.header('connection', 'close');
        return done(unavailable({ retryAfterSeconds: 2 }, 'This process is stopping. Try again.'));
      }
      try {
        this.parts.limits.takeNetwork(request.ip, reply);
        const host = this.hosts.of(request.headers.host, request.ip);
        if (host === undefined) return done();
        const enter = (one: OrganisationHost) => {
          request.organisationHost = one;
          // What else is below an organisation's name is not ours to decide.
          if (reply.hasHeader('strict-transport-security')) void reply.header('strict-transport-security', STRICT);
          done();
        };
        if (host instanceof Promise) host.then(enter, done);
        else enter(host);
      } catch (error) {
        done(error as Error);
      }
    });
  }

  private mountHealth(fastify: FastifyInstance): void {
    for (const path of PROBES) {
      fastify.get(path, ALSO_HEAD, async (request, reply) => {
        const answer = await this.probe(path, request);
        return reply
          .code(answer?.status ?? 404)
          .header('content-type', answer?.type ?? 'text/plain')
          .send(answer?.body ?? '');
      });
    }
  }

  /**
   * It needs no credentials and queries every database, so concurrent requests, and those right after, share one
   * answer.
   */
  private probe(path: string, request: FastifyRequest): ReturnType<Health['answer']> {
    if (path === '/metrics') {
      return this.health.answer(path, () => hasMetricsToken(request.raw, this.metricsToken));
    }
    const before = this.probes.get(path);
    if (before && before.until > performance.now()) return before.answer;
    const answer = this.health.answer(path, () => false);
    this.probes.set(path, { answer, until: performance.now() + PROBE_MS });
    return answer;
  }

  private noRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = pathOf(request);
    const allowed = [...this.methods].filter(([url]) => matches(url, path)).flatMap(([, methods]) => [...methods]);
    if (allowed.length === 0 && this.hasConsole && isPage(request)) return sendPage(reply);
    if (allowed.length > 0) {
      void reply.header('allow', allowed.join(', '));
      return sendProblem(reply, methodNotAllowed({}, `Use ${allowed.join(' or ')}.`));
    }
    return sendProblem(reply, notFound({}, 'There is no such path. GET /docs lists all.'));
  }
}

const JSON_ONLY = 'Set the header Content-Type: application/json.';

/** For orchestrators and monitors, which must never be refused because of somebody else's flood. Nothing else passes by these names. */
const PROBES: ReadonlySet<string> = new Set([
  ...['/health', '/health/live', '/health/ready', '/health/serving', '/health/startup', '/metrics'],
]);

/** As routes are found: with or without a slash at its end. */
const pathOf = ({ url }: FastifyRequest): string => (url.split('?')[0] ?? '').replace(/(.)\/$/, '$1');

/** Monitors and link checkers ask by HEAD. */
const ALSO_HEAD = { exposeHeadRoute: true };

const STRICT = 'max-age=31536000';
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** What a customer quotes when asking about an answer. */
function traced(request: FastifyRequest, reply: FastifyReply, traceId: string): void {
  request.traceId = traceId;
  void reply.header('trace-id', traceId);
}

/** Runs the request inside the span, which ends with the response and records its outcome. */
function finished(request: FastifyRequest, reply: FastifyReply, done: () => void): Promise<void> {
  return new Promise((resolve) => {
    const ended = AsyncResource.bind(() => {
      const status = reply.raw.statusCode;
      const attributes = {
        'http.request.method': request.method,
        'http.route': request.routeOptions.url ?? '',
        'http.response.status_code': status,
      };
      annotateSpan(attributes, { failed: status >= 500 });
      resolve();
    });
    reply.raw.once('close', ended);
    done();
  });
}

function matches(url: string, path: string): boolean {
  const [pattern, parts] = [url.split('/'), path.split('/')];
  return (
    pattern.length === parts.length && pattern.every((part, index) => part.startsWith(':') || part === parts[index])
  );
}
