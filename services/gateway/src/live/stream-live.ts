import { Injectable } from '@nestjs/common';
import { forbidden, ProblemError, rateLimited, unauthenticated, unavailable } from '@tidegate/contracts/kernel/problem';
import { LiveTopics } from '@tidegate/messaging/live-topics';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Memberships } from '../access/memberships.ts';
import { Revocations } from '../access/revocations.ts';
import { GatewayConfig } from '../gateway.config.ts';
import { type Credential, endsIn, type Principal } from '../kernel/principal.ts';
import { Feed, type Numbered } from './feed.ts';
import { LiveClient } from './live-client.ts';
import { aboutOf, lastEventId, readTopics } from './topics.rules.ts';

const HEARTBEAT_MS = 15_000;
/** How long messages are kept for those who were cut. */
const LINGER_MS = 60_000;
/** Identity is away: the credentials were valid a moment ago, so the stream continues and is verified again later. */
const AGAIN_MS = 15_000;
/** The longest a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

interface Source {
  feed: Feed;
  subscription: { unsubscribe(): void };
  /** Runs while nobody watches. */
  ending: NodeJS.Timeout | undefined;
}

function resync(client: LiveClient, { position }: Feed): void {
  client.isWhole = true;
  client.send(`id: ${position}\nevent: resync\ndata: {}\n\n`);
}

function deliver(client: LiveClient, { id, topic, text }: Numbered): void {
  if (!client.topics.has(topic)) return;
  // A number that came before the first resync would hide what was missed from whoever is cut in between.
  const numbered = client.isWhole ? `id: ${id}\n` : '';
  client.send(`${numbered}event: ${topic}\ndata: ${text}\n\n`);
}

/**
 * Live topics as server-sent events. One NATS subscription per watched organisation; a client that cannot keep up loses
 * messages and has to fetch again (`resync`), instead of filling our memory. Messages are numbered: a client that was cut
 * says the last one that it has, and gets those after it; without one, or after too long, its stream starts with `resync`. It ends with
 * its credentials: a script's with its access token, a browser's with its session, a key's with the key.
 */
@Injectable()
export class StreamLive {
  private readonly clients = new Map<string, Set<LiveClient>>();
  private readonly sources = new Map<string, Source>();
  private readonly heartbeat: NodeJS.Timeout;
  private readonly open;
  private closed = false;

  constructor(
    private readonly topics: LiveTopics,
    private readonly memberships: Memberships,
    private readonly revocations: Revocations,
    private readonly config: GatewayConfig,
    metrics: Metrics,
  ) {
    this.open = metrics.gauge('tidegate_live_clients', 'Open live streams of this gateway');
    this.heartbeat = setInterval(() => {
      for (const client of this.all()) client.beat();
    }, HEARTBEAT_MS);
    this.heartbeat.unref();
    revocations.onRevoked(() => this.endRevoked());
    topics.onGap(() => this.startAnew());
  }

  /** Sends every client elsewhere. */
  close(): void {
    this.closed = true;
    clearInterval(this.heartbeat);
    for (const client of this.all()) client.end('bye');
    for (const orgId of this.sources.keys()) this.drop(orgId);
  }

  /** Takes over the reply, for an admitted caller. */
  begin(request: FastifyRequest, reply: FastifyReply, given: { principal: Principal; credential: Credential }): void {
    // Admitted while the process stops: nothing would end it any more.
    if (this.closed) throw unavailable({ retryAfterSeconds: 2 }, 'This process is stopping. Open the stream again.');
    const { orgId, scopes, kind } = given.principal.caller;
    if (kind === 'anonymous') throw unauthenticated({}, 'Send an access token or an API key.');
    if (!orgId) throw forbidden({}, 'Choose an organisation: ?organisation=<id>.');
    const topics = readTopics((request.query as { topics?: unknown }).topics, scopes);
    const others = this.clients.get(orgId) ?? new Set<LiveClient>();
    if (others.size >= this.config.SSE_CONNECTIONS_PER_ORGANISATION) {
      throw rateLimited({ retryAfterSeconds: 30 }, `At most ${others.size} streams at once. Close one.`);
    }
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value as string);
    // A client that left during its verification is sent nothing and not counted.
    if (reply.raw.destroyed || request.raw.socket.destroyed) return;
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    let recheck: NodeJS.Timeout | undefined;
    const client = new LiveClient(reply.raw, { ...given, topics }, () => {
      clearTimeout(recheck);
      this.remove(orgId, client);
    });
    const watch = (ms: number) => {
      if (client.over) return;
      recheck = setTimeout(() => void this.recheck(client, watch), Math.min(Math.max(ms, 0), LONGEST_MS));
      recheck.unref();
    };
    others.add(client);
    this.clients.set(orgId, others);
    this.open.inc();
    const { feed } = this.source(orgId);
    const last = lastEventId(request.headers, request.query);
    const missed = last === undefined ? undefined : feed.after(last);
    client.isWhole = missed !== undefined;
    client.send(`retry: 2000\n${missed ? `id: ${last}\n` : ''}event: ready\ndata: {}\n\n`);
    if (missed) for (const message of missed) deliver(client, message);
    else {
      // The subscription has reached nats-server: what the client reads from now on misses nothing that will be sent.
      void this.topics.ready().then(
        () => client.over || resync(client, feed),
        () => this.end(client, 'bye'),
      );
    }
    watch(given.principal.expires - Date.now());
    // It may have been revoked between the check and its entry into the list.
    if (this.revocations.isRevoked(given.principal)) this.end(client, 'revoked');
  }

  /** The time of a client's credentials is over: verifies them again, and continues or ends the stream. */
  private async recheck(client: LiveClient, watch: (ms: number) => void): Promise<void> {
    const { principal, credential } = client;
    try {
      if (endsIn(principal) <= 0) return this.end(client, 'expired');
      client.principal = await this.memberships.renew(principal, credential);
      watch(client.principal.expires - Date.now());
    } catch (error) {
      const over = error instanceof ProblemError && error.status < 500 && error.status !== 429;
      if (over) this.end(client, 'expired');
      else watch(Math.min(AGAIN_MS, endsIn(principal)));
    }
  }

  private source(orgId: string): Source {
    const known = this.sources.get(orgId);
    if (known) {
      clearTimeout(known.ending);
      return known;
    }
    const feed = new Feed((message) => {
      for (const client of this.clients.get(orgId) ?? []) deliver(client, message);
    });
    const subscription = this.topics.subscribe(orgId, (error, { topic, text }) => {
      if (error) {
        // What comes from now on is missed: those who return have to fetch again.
        this.drop(orgId);
        this.endAll(orgId);
      } else feed.take({ topic, text: text.replaceAll('\n', ' '), about: aboutOf(topic, text) });
    });
    const source: Source = { feed, subscription, ending: undefined };
    this.sources.set(orgId, source);
    return source;
  }

  /** Messages were lost on the way to us. */
  private startAnew(): void {
    for (const [orgId, { feed }] of this.sources) {
      feed.evictAll();
      for (const client of this.clients.get(orgId) ?? []) resync(client, feed);
    }
  }

  private drop(orgId: string): void {
    const source = this.sources.get(orgId);
    if (!source) return;
    this.sources.delete(orgId);
    clearTimeout(source.ending);
    source.feed.close();
    source.subscription.unsubscribe();
  }

  /** Their messages no longer arrive: they should reconnect instead of waiting in silence. */
  private endAll(orgId: string): void {
    for (const client of this.clients.get(orgId) ?? []) this.end(client, 'bye');
  }

  private endRevoked(): void {
    for (const client of this.all()) if (this.revocations.isRevoked(client.principal)) this.end(client, 'revoked');
  }

  /** Removed from the list first: an ended stream is never written to again. */
  private end(client: LiveClient, why: string): void {
    this.remove(client.principal.caller.orgId ?? '', client);
    client.end(why);
  }

  private all(): LiveClient[] {
    return [...this.clients.values()].flatMap((set) => [...set]);
  }

  private remove(orgId: string, client: LiveClient): void {
    const set = this.clients.get(orgId);
    if (!set?.delete(client)) return;
    this.open.dec();
    if (set.size > 0) return;
    this.clients.delete(orgId);
    const source = this.sources.get(orgId);
    if (source && !this.closed) source.ending = setTimeout(() => this.drop(orgId), LINGER_MS).unref();
  }
}
