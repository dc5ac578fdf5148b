import { setTimeout as sleep } from 'node:timers/promises';
import '@tidegate/contracts/all';
import { operations } from '@tidegate/contracts/kernel/registry';

/*
 * A faithful customer: sends each write with its key or id again until it is acknowledged, waits as long as it is asked to, and
 * remembers what was acknowledged. What it remembers is the truth that the platform is compared with.
 */
const SETTINGS = {
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '100',
  averagingOrders: { count: 4, size: '100', deviationPercent: '0.5', stepScale: '1.3', volumeScale: '1.2' },
  takeProfit: { percent: '0.8' },
};
/** The last two days of the candles that ship with Tidegate, and what a bot closes on them. */
const FEED = { from: '2026-09-29T00:00:00Z' };
export const TRADES = 3;
/** The last day, for many that are at work when a fault strikes: their number is what is tried. */
const FLEET_FEED = { from: '2026-09-30T00:00:00Z' };
export const FLEET_TRADES = 1;
const ANSWER_MS = 15_000;
const RETRY_MS = 200;
const DAY_MS = 86_400_000;

interface Answer {
  status: number;
  body: Record<string, unknown>;
  retryAfterMs: number;
}

export interface Tally {
  /** Every metered request with the API key, answered or not: the most that may be counted. */
  sent: number;
  /** Those that were answered well: the least that must be counted. */
  answered: number;
  /** 5xx without a word of when to come back. */
  unhelpful: number;
  /** The longest time that one write took until it was acknowledged. */
  longestMs: number;
}

export class Customer {
  readonly tally: Tally = { sent: 0, answered: 0, unhelpful: 0, longestMs: 0 };
  readonly name: string;
  readonly bots: string[] = [];
  readonly traders: string[] = [];
  readonly fleet: string[] = [];
  events = 0;
  private readonly url: string;
  private readonly password = 'correct horse battery';
  private made = 0;
  private key = '';
  orgId = '';

  constructor(url: string, name: string) {
    this.url = url;
    this.name = name;
  }

  async signUp(): Promise<void> {
    const account = { email: `${this.name}@example.com`, password: this.password, name: this.name };
    const made = await this.send('POST', '/api/v1/accounts', account);
    const token = (made.body['accessToken'] as string | undefined) ?? (await this.logIn());
    this.key = await this.makeKey(token);
    const me = await this.insist('GET', '/api/v1/organisation', undefined, { token });
    this.orgId = me.body['id'] as string;
  }

  /** Another one where the answer was late: a key is shown once. */
  private async makeKey(token: string): Promise<string> {
    for (;;) {
      const answer = await this.send('POST', '/api/v1/api-keys', { name: 'load', scopes: SCOPES }, { token });
      if (answer.status === 201) return answer.body['key'] as string;
      if (answer.status >= 400 && answer.status < 429) throw new Error(`No key: ${JSON.stringify(answer.body)}`);
      await sleep(answer.retryAfterMs);
    }
  }

  private async logIn(): Promise<string> {
    const login = { email: `${this.name}@example.com`, password: this.password };
    return (await this.insist('POST', '/api/v1/sessions', login, { token: '' })).body['accessToken'] as string;
  }

  /** One of what customers do, by turns. */
  async act(turn: number): Promise<void> {
    if (turn % 12 === 3) await this.createBot();
    else if (turn % 3 === 0) await this.sendEvent();
    else await this.insist('GET', turn % 2 === 0 ? '/api/v1/bots?limit=1' : '/api/v1/usage/current');
  }

  async sendEvent(): Promise<void> {
    const id = `${this.name}-${crypto.randomUUID()}`;
    const body = { events: [{ id, meter: 'widgets', quantity: 1, source: 'shop' }] };
    await this.insist('POST', '/api/v1/usage/events', body);
    this.events += 1;
  }

  async createBot(feed: object = FEED): Promise<string> {
    this.made += 1;
    const name = `${this.name} ${this.made}`;
    const { body } = await this.insist('POST', '/api/v1/bots', { name, settings: SETTINGS, feed });
    this.bots.push(name);
    return body['id'] as string;
  }

  async startTrader(): Promise<string> {
    const id = await this.startBot(FEED);
    this.traders.push(id);
    return id;
  }

  /** So many bots at once, each an aggregate of its own. */
  async startFleet(size: number): Promise<void> {
    const started = await Promise.all(Array.from({ length: size }, () => this.startBot(FLEET_FEED)));
    this.fleet.push(...started);
  }

  private async startBot(feed: object): Promise<string> {
    const id = await this.createBot(feed);
    await this.insist('POST', `/api/v1/bots/${id}/start`, {});
    return id;
  }

  async addWebhook(url: string): Promise<void> {
    const channel = { kind: 'webhook', name: 'trades', url, events: ['trade.closed'] };
    await this.insist('POST', '/api/v1/channels', channel);
  }

  async closedTrades(bot: string): Promise<number> {
    return (await this.insist('GET', `/api/v1/bots/${bot}`)).body['closedTrades'] as number;
  }

  /** From yesterday until tomorrow: while a clock is an hour off, events fall into another period. */
  async used(meter: string): Promise<number> {
    const [from, to] = [-DAY_MS, 2 * DAY_MS].map((ms) => new Date(Date.now() + ms).toISOString());
    const { body } = await this.insist('GET', `/api/v1/usage/history?meter=${meter}&from=${from}&to=${to}`);
    return body['total'] as number;
  }

  /** Sends until it is answered with something that is not an outage. */
  async insist(
    method: string,
    path: string,
    body?: unknown,
    { token = this.key }: { token?: string } = {},
  ): Promise<Answer> {
    const idempotencyKey = crypto.randomUUID();
    const started = Date.now();
    for (;;) {
      const answer = await this.send(method, path, body, { token, idempotencyKey });
      if (answer.status > 0 && answer.status < 400) {
        if (method !== 'GET') this.tally.longestMs = Math.max(this.tally.longestMs, Date.now() - started);
        return answer;
      }
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
        throw new Error(`${method} ${path} was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      await sleep(answer.retryAfterMs);
    }
  }

  /** One attempt; status 0 when the connection failed. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    { token = this.key, idempotencyKey }: { token?: string; idempotencyKey?: string } = {},
  ): Promise<Answer> {
    const counts = token !== '' && token === this.key && isMetered(method, path);
    if (counts) this.tally.sent += 1;
    try {
      const response = await fetch(this.url + path, {
        method,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey && method !== 'GET' ? { 'idempotency-key': idempotencyKey } : {}),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const text = await response.text();
      if (counts && response.status < 400) this.tally.answered += 1;
      const hint = response.headers.get('retry-after');
      if (response.status >= 500 && !hint) this.tally.unhelpful += 1;
      return {
        status: response.status,
        body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
        retryAfterMs: hint ? Math.min(Number(hint) * 1_000, 5_000) : RETRY_MS,
      };
    } catch {
      return { status: 0, body: {}, retryAfterMs: RETRY_MS };
    }
  }
}

const SCOPES = ['bots:read', 'bots:write', 'usage:read', 'usage:write', 'channels:read', 'channels:write'];

const METERED = operations()
  .filter(({ metered, http }) => metered && http)
  .map(({ http }) => {
    const [method, path] = http as [string, string];
    return { method, path: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`) };
  });

function isMetered(method: string, path: string): boolean {
  const [bare = ''] = path.split('?');
  return METERED.some((operation) => operation.method === method && operation.path.test(bare));
}
