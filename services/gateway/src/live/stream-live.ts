import type { ServerResponse } from 'node:http';
import type { NatsConnection, Subscription } from '@nats-io/nats-core';
import { Inject, Injectable } from '@nestjs/common';
import { forbidden, invalid, rateLimited, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { NATS } from '@tidegate/runtime/host';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Access, type Principal } from '../access/access.ts';
import { Revocations } from '../access/revocations.ts';
import { GatewayConfig } from '../gateway.config.ts';
import { RateLimits } from '../limits/rate-limits.ts';

/** Who may follow which topic. A topic that is not listed is refused. */
const TOPIC_SCOPES: Readonly<Record<string, string>> = {
  servers: 'servers:read',
  bots: 'bots:read',
  usage: 'usage:read',
};
const HEARTBEAT_MS = 15_000;
const MAX_BUFFERED = 64 * 1024;

interface Client {
  principal: Principal;
  topics: ReadonlySet<string>;
  out: ServerResponse;
  behind: boolean;
}

/**
 * GET /api/v1/stream: live topics as server-sent events. One NATS subscription per organisation that anybody watches;
 * a client that cannot keep up loses messages and is told to fetch again (`resync`), instead of filling our memory.
 * A stream ends with its credentials.
 */
@Injectable()
export class StreamLive {
  private readonly clients = new Map<string, Set<Client>>();
  private readonly subscriptions = new Map<string, Subscription>();
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    private readonly access: Access,
    private readonly revocations: Revocations,
    private readonly limits: RateLimits,
    private readonly config: GatewayConfig,
  ) {}

  mount(fastify: FastifyInstance): void {
    fastify.get('/api/v1/stream', (request, reply) => this.open(request, reply));
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
    this.heartbeat.unref();
    this.revocations.onRevoked(() => this.closeRevoked());
  }

  /** Tells every client to come back elsewhere. */
  close(): void {
    clearInterval(this.heartbeat);
    for (const client of this.all()) this.end(client, 'bye');
  }

  private async open(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const principal = await this.access.authenticate(request);
    this.limits.take(principal, reply);
    const { orgId } = principal.caller;
    if (principal.caller.kind === 'anonymous') throw unauthenticated({}, 'Send an access token or an API key.');
    if (!orgId) throw forbidden({}, 'Choose an organisation first.');
    const topics = readTopics(request, principal);
    const others = this.clients.get(orgId) ?? new Set<Client>();
    if (others.size >= this.config.SSE_CONNECTIONS_PER_ORGANISATION) {
      throw rateLimited({ retryAfterSeconds: 30 }, `At most ${others.size} streams at once. Close one.`);
    }
    reply.hijack();
    const client: Client = { principal, topics, out: reply.raw, behind: false };
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value as string);
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    reply.raw.write('retry: 2000\n\nevent: ready\ndata: {}\n\n');
    others.add(client);
    this.clients.set(orgId, others);
    this.subscribe(orgId);
    reply.raw.on('close', () => this.forget(orgId, client));
  }

  private subscribe(orgId: string): void {
    if (this.subscriptions.has(orgId)) return;
    const prefix = `live.${orgId}.`;
    const subscription = this.nc.subscribe(`${prefix}>`, {
      callback: (error, message) => {
        if (error) return;
        const topic = message.subject.slice(prefix.length);
        const frame = `event: ${topic}\ndata: ${message.string().replaceAll('\n', ' ')}\n\n`;
        for (const client of this.clients.get(orgId) ?? []) if (client.topics.has(topic)) this.send(client, frame);
      },
    });
    this.subscriptions.set(orgId, subscription);
  }

  private send(client: Client, frame: string): void {
    if (client.out.writableLength > MAX_BUFFERED) {
      client.behind = true;
      return;
    }
    if (client.behind) {
      client.behind = false;
      client.out.write('event: resync\ndata: {}\n\n');
    }
    client.out.write(frame);
  }

  private beat(): void {
    for (const client of this.all()) {
      if (client.principal.caller.kind === 'user' && client.principal.expires < Date.now()) this.end(client, 'expired');
      else client.out.write(': still here\n\n');
    }
  }

  private closeRevoked(): void {
    for (const client of this.all()) if (this.revocations.isRevoked(client.principal)) this.end(client, 'revoked');
  }

  private end(client: Client, why: string): void {
    client.out.end(`event: ${why}\ndata: {}\n\n`);
  }

  private all(): Client[] {
    return [...this.clients.values()].flatMap((set) => [...set]);
  }

  private forget(orgId: string, client: Client): void {
    const set = this.clients.get(orgId);
    set?.delete(client);
    if (set && set.size > 0) return;
    this.clients.delete(orgId);
    this.subscriptions.get(orgId)?.unsubscribe();
    this.subscriptions.delete(orgId);
  }
}

function readTopics(request: FastifyRequest, { caller }: Principal): ReadonlySet<string> {
  const { topics } = request.query as { topics?: string };
  const wanted = topics ? topics.split(',') : Object.keys(TOPIC_SCOPES);
  for (const topic of wanted) {
    const scope = TOPIC_SCOPES[topic];
    if (!scope) throw invalid('/topics', 'unknown_topic', `Topics: ${Object.keys(TOPIC_SCOPES).join(', ')}`);
    if (topics && !caller.scopes.includes(scope)) throw forbidden({ scope }, `The topic ${topic} needs ${scope}.`);
  }
  return new Set(wanted.filter((topic) => caller.scopes.includes(TOPIC_SCOPES[topic] ?? '')));
}
