import type { Account } from '../kernel/account.ts';
import { DAY, HOUR, MINUTE } from '../kernel/clock.ts';
import { render } from '../kernel/render.ts';
import type { StoredEvent, ThinEvent } from '../kernel/store.ts';
import { endpointSecrets } from './endpoints.ts';
import { signatureOf } from './signature.ts';

export type SentEvent = StoredEvent | ThinEvent;

export interface Endpoint {
  url: string;
  /** The current secret first; all of them sign. */
  secrets: string[];
  /** `*` for all. */
  events: string[];
  payload: 'snapshot' | 'thin';
}
/** What is wrong with how an event is sent. */
export interface Tampering {
  /** Signed with this instead of the endpoint's secret. */
  secret?: string;
  /** Seconds that the signature is old; below nothing it comes from the future. */
  age?: number;
  /** The body is changed after it was signed. */
  body?: (body: string) => string;
}
export interface Delivery {
  event: SentEvent;
  endpoint: Endpoint;
  attempts: number;
  /** The last answer; null when there was none. */
  status: number | null;
  state: 'held' | 'due' | 'waiting' | 'delivered' | 'dropped' | 'given_up';
  /** On the double's clock. */
  nextAt: number;
}
export interface Release {
  shuffle?: boolean;
  /** How often each event is sent. */
  copies?: number;
  /** All events say that they were created in the same second. */
  sameSecond?: boolean;
  /** Sent at once instead of one after another. */
  atOnce?: boolean;
}

const RETRIES = [
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  10 * HOUR,
  12 * HOUR,
  12 * HOUR,
  12 * HOUR,
];
const KEPT_TRYING = 3 * DAY;
const PATIENCE_MS = 30_000;

/** Sends what happens in an account to its endpoints, as badly as a test wants. */
export class Webhooks {
  private readonly endpoints: Endpoint[] = [];
  private readonly registered = new Map<string, Endpoint>();
  readonly deliveries: Delivery[] = [];
  private holding = false;
  private drops: ((event: SentEvent) => boolean)[] = [];
  private readonly tampering: { how: Tampering; left: number }[] = [];
  private working: Promise<void> = Promise.resolve();
  private closed = false;
  private readonly stopping = new AbortController();

  constructor(private readonly account: Account) {
    account.onEvent((event) => this.take(event));
    account.answered = (type, object) => this.answered(type, object);
  }

  to(endpoint: { url: string; secret: string | string[]; events?: string[]; payload?: Endpoint['payload'] }): Endpoint {
    const { url, secret, events = ['*'], payload = 'snapshot' } = endpoint;
    const made: Endpoint = { url, secrets: [secret].flat(), events, payload };
    this.endpoints.push(made);
    return made;
  }

  remove(endpoint: Endpoint): void {
    this.endpoints.splice(this.endpoints.indexOf(endpoint), 1);
  }

  /** What happens from now on is sent by `release`. */
  hold(): void {
    this.holding = true;
  }

  async release({ shuffle = false, copies = 1, sameSecond = false, atOnce = false }: Release = {}): Promise<void> {
    this.holding = false;
    const held = this.deliveries.filter((one) => one.state === 'held');
    if (sameSecond) this.alignSeconds(held);
    for (const delivery of held) delivery.state = 'due';
    const repeated = held.flatMap((one) => Array.from({ length: copies }, () => one));
    const order = shuffle ? this.account.random.shuffled(repeated) : repeated;
    if (atOnce) this.queue(() => Promise.all(order.map((one) => this.send(one))));
    else for (const delivery of order) this.queue(() => this.send(delivery));
    await this.settled();
  }

  /** Events for which this holds are never sent; the list of events says so. A number: the next ones. */
  drop(which: number | ((event: SentEvent) => boolean)): void {
    let left = typeof which === 'number' ? which : 0;
    this.drops.push(typeof which === 'number' ? () => left-- > 0 : which);
  }

  dropNoMore(): void {
    this.drops = [];
  }

  /** The next attempts are sent like this. */
  tamper(how: Tampering, times = 1): void {
    this.tampering.push({ how, left: times });
  }

  /** Sends an event once more to every endpoint that wants it, as the dashboard does. */
  async resend(id: string): Promise<void> {
    const event = this.account.store.find('event', id) ?? this.account.store.get('v2.core.event', id);
    for (const endpoint of this.wanting(event)) {
      const delivery: Delivery = { event, endpoint, attempts: 0, status: null, state: 'due', nextAt: 0 };
      this.deliveries.push(delivery);
      this.queue(() => this.send(delivery));
    }
    await this.settled();
  }

  /** Sends a body of the test's own, well signed, to every endpoint: what Stripe never made. Answers what they answered. */
  post(body: object | string, how: Tampering = {}): Promise<(number | null)[]> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return Promise.all(this.endpoints.map((endpoint) => this.dispatch(endpoint, text, how)));
  }

  /** Nothing is being sent and nothing is due. What failed waits for the clock. */
  async settled(): Promise<void> {
    for (let last: Promise<void> | undefined; last !== this.working; ) {
      last = this.working;
      await last;
    }
  }

  /** When the next retry is due. */
  nextRetry(): number {
    return Math.min(...this.deliveries.filter((one) => one.state === 'waiting').map((one) => one.nextAt));
  }

  /** Sends what is due by the clock; `now`: everything that failed. */
  async retry(everything = false): Promise<void> {
    for (const delivery of this.deliveries) {
      if (delivery.state !== 'waiting' || (!everything && delivery.nextAt > this.account.now())) continue;
      delivery.state = 'due';
      this.queue(() => this.send(delivery));
    }
    await this.settled();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stopping.abort();
    await this.settled();
  }

  /** Endpoints of the test and those that were made through the API. */
  private wanting(event: SentEvent): Endpoint[] {
    const made = this.account.store
      .all('webhook_endpoint', (one) => one.status === 'enabled')
      .map((one): Endpoint => {
        const known = this.registered.get(one.id) ?? { url: '', secrets: [], events: [], payload: 'snapshot' };
        this.registered.set(one.id, known);
        const secrets = [endpointSecrets(this.account).get(one.id) ?? ''];
        return Object.assign(known, { url: one.url, secrets, events: one.enabled_events });
      });
    return [...this.endpoints, ...made].filter((one) => wants(one, event));
  }

  private take(event: SentEvent): void {
    for (const endpoint of this.wanting(event)) {
      const dropped = this.drops.some((drops) => drops(event));
      const state = dropped ? 'dropped' : this.holding ? 'held' : 'due';
      const delivery: Delivery = { event, endpoint, attempts: 0, status: null, state, nextAt: this.account.now() };
      this.deliveries.push(delivery);
      if ('pending_webhooks' in event) event.pending_webhooks += 1;
      if (state === 'due') this.queue(() => this.send(delivery));
    }
  }

  private queue(work: () => Promise<unknown>): void {
    this.working = this.working.then(async () => {
      if (!this.closed) await work();
    });
  }

  private async send(delivery: Delivery): Promise<void> {
    const { event, endpoint } = delivery;
    const planned = this.tampering.find(({ left }) => left > 0);
    if (planned) planned.left -= 1;
    const how = planned?.how ?? {};
    const body = JSON.stringify(render(this.account, event, []), null, 2);
    delivery.attempts += 1;
    delivery.status = await this.dispatch(endpoint, body, how);
    this.judge(delivery);
  }

  /** The signature's instant is the machine's: the receiver knows no other. */
  private async dispatch(endpoint: Endpoint, signed: string, how: Tampering): Promise<number | null> {
    const at = Math.floor(Date.now() / 1000) - (how.age ?? 0);
    const { url } = endpoint;
    const body = how.body?.(signed) ?? signed;
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'stripe-signature': signatureOf(signed, how.secret === undefined ? endpoint.secrets : [how.secret], at),
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    };
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), this.stopping.signal]);
    try {
      const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return null;
    }
  }

  private judge(delivery: Delivery): void {
    const { event, status } = delivery;
    const taken = status !== null && status >= 200 && status < 300;
    if (delivery.state === 'delivered') return;
    if (taken) {
      delivery.state = 'delivered';
      if ('pending_webhooks' in event) event.pending_webhooks -= 1;
      return;
    }
    const wait = RETRIES[delivery.attempts - 1];
    const created = typeof event.created === 'number' ? event.created : Date.parse(event.created) / 1000;
    delivery.nextAt = this.account.now() + (wait ?? 0);
    delivery.state = wait === undefined || delivery.nextAt > created + KEPT_TRYING ? 'given_up' : 'waiting';
  }

  private alignSeconds(held: Delivery[]): void {
    const snapshots = held.map((one) => one.event).filter((event) => 'pending_webhooks' in event);
    const latest = Math.max(...snapshots.map((event) => event.created));
    for (const event of snapshots) event.created = latest;
  }

  /** An account without endpoints for the event has nobody to wait for. */
  private answered(type: string, object: string): boolean {
    const about = this.deliveries.filter(
      ({ event }) =>
        event.type === type && 'pending_webhooks' in event && (event.data.object as { id?: string }).id === object,
    );
    return about.every((one) => one.state === 'delivered');
  }
}

const wants = (endpoint: Endpoint, event: SentEvent): boolean =>
  (endpoint.payload === 'thin') === (event.object === 'v2.core.event') &&
  (endpoint.events.includes('*') || endpoint.events.includes(event.type));
