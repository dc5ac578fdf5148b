import { closing } from '../closing.ts';
import { Account, type Settings } from './kernel/account.ts';
import { Api, type SeenRequest } from './kernel/api.ts';
import { Clock, DAY, HOUR, MINUTE } from './kernel/clock.ts';
import type { Faults } from './kernel/faults.ts';
import { visit } from './kernel/pages.ts';
import { Random } from './kernel/random.ts';
import { type Answer, type Incoming, LoopbackServer } from './kernel/server.ts';
import { setCard } from './objects/cards.ts';
import { sessionTimers } from './objects/checkout.ts';
import type { Entered } from './objects/checkout-page.ts';
import { subscriptionTimers } from './objects/cycle.ts';
import { closeDispute, openDispute } from './objects/disputes.ts';
import { includable } from './objects/includable.ts';
import { invoiceTimers } from './objects/invoice-timers.ts';
import { streamTokens } from './objects/meter-stream.ts';
import { pages } from './objects/pages.ts';
import { scheduleTimers } from './objects/schedules.ts';
import type { Timer } from './objects/timers.ts';
import { routes } from './routes.ts';
import { Webhooks } from './webhooks/sender.ts';

export interface StripeOptions extends Partial<Settings> {
  /** Ids and shuffles are the same for the same seed. */
  seed?: number;
  /** Where the clock begins; the machine's time without it. */
  now?: Date;
  /** The clock runs along with the machine's; otherwise it stands still until `advance`. */
  running?: boolean;
  /** Secret keys and their accounts; two keys of one account share everything. */
  keys?: Record<string, string>;
  /** Its only account begins with what this one has, instead of with nothing. */
  like?: AccountContent | undefined;
}

/** What an account has, apart from what happens to it later. */
export type AccountContent = Pick<Account, 'store' | 'random'>;

/** A Stripe that lives in memory, on loopback; it ends with the test file. */
export async function startStripe(options: StripeOptions = {}): Promise<StripeDouble> {
  const stripe = new StripeDouble(options);
  await stripe.up();
  closing(() => stripe.close());
  return stripe;
}

export interface Span {
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
}

const DEFAULT_KEY = 'sk_test_tidegate';

export class StripeDouble {
  readonly key: string;
  readonly clock: Clock;
  private readonly server = new LoopbackServer((incoming) => this.answer(incoming));
  private readonly api: Api;
  private readonly accounts = new Map<string, Account>();
  private readonly senders = new Map<Account, Webhooks>();
  private readonly accountOfKey: Record<string, string>;

  constructor(options: StripeOptions) {
    const {
      seed = 1,
      now = new Date(),
      running = false,
      keys = { [DEFAULT_KEY]: 'acct_tidegate' },
      like,
      ...given
    } = options;
    const settings: Settings = {
      retryDays: [3, 5, 7],
      whenUncollected: 'cancel',
      finalisationGrace: HOUR,
      taxPercent: 20,
      livemode: false,
      ...given,
    };
    this.accountOfKey = keys;
    this.key = Object.keys(keys)[0] ?? DEFAULT_KEY;
    this.clock = new Clock(Math.floor(now.getTime() / 1000), running);
    [...new Set(Object.values(keys))].forEach((id, index) => {
      const random = like?.random.copy() ?? new Random(seed + index);
      const store = like?.store.copy(this.clock.now());
      const account = new Account(settings, this.clock, random, includable, () => this.server.origin, store);
      this.accounts.set(id, account);
      this.senders.set(account, new Webhooks(account));
    });
    this.api = new Api(routes, (key, operation) => this.admitted(key, operation));
  }

  get origin(): string {
    return this.server.origin;
  }

  /** For `new Stripe(stripe.key, { ...stripe.client, apiVersion })`. */
  get client(): { host: string; port: number; protocol: 'http'; telemetry: false } {
    return { host: '127.0.0.1', port: this.server.port, protocol: 'http', telemetry: false };
  }

  /** What goes wrong with the next requests. */
  get faults(): Faults {
    return this.api.faults;
  }

  /** Every request that was understood, in order. */
  get requests(): readonly SeenRequest[] {
    return this.api.seen;
  }

  account(key = this.key): Account {
    const account = this.accounts.get(this.accountOfKey[key] ?? '');
    if (!account) throw new Error(`No account has the key ${key}`);
    return account;
  }

  /** For `like`: what an account has that took many requests to make. */
  content(): AccountContent {
    const { store, random } = this.account();
    return { store: store.copy(this.clock.now()), random: random.copy() };
  }

  get webhooks(): Webhooks {
    return this.webhooksOf(this.key);
  }

  webhooksOf(key: string): Webhooks {
    return this.senders.get(this.account(key)) as Webhooks;
  }

  up(): Promise<void> {
    return this.server.up();
  }

  /** Connections are refused until `up`. */
  down(): Promise<void> {
    return this.server.down();
  }

  /** Visits a page as its customer: the checkout page, the bank's, the portal's. */
  async visit(url: string, entered: Entered & { outcome?: 'pass' | 'fail'; action?: string } = {}) {
    const answer = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(entered as Record<string, string>),
      redirect: 'manual',
    });
    const body = (await answer.json()) as {
      requires_action?: boolean;
      url?: string;
      error?: { code?: string; message: string };
    };
    return { status: answer.status, location: answer.headers.get('location'), body };
  }

  /** The bank refuses this card from an instant on (at once without one), asks for its holder, or pays again. */
  card(method: string, behaviour: 'declines' | 'authenticates' | 'pays', from = this.clock.now()): void {
    const card = behaviour === 'declines' ? { behaviour: 'pays' as const, declinesFrom: from } : { behaviour };
    setCard(this.account(), method, card);
  }

  /** The customer's bank takes a charge back; `close` ends that. */
  dispute(charge: string, reason?: string): { id: string; close: (outcome: 'won' | 'lost') => void } {
    const account = this.account();
    const dispute = openDispute(account, charge, reason);
    return { id: dispute.id, close: (outcome) => closeDispute(account, dispute, outcome) };
  }

  /** Moves the clock; everything that is due on the way happens in order, and its webhooks are answered before the next. */
  advance({ days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): Promise<void> {
    return this.advanceTo(this.clock.now() + days * DAY + hours * HOUR + minutes * MINUTE + seconds);
  }

  async advanceTo(instant: number | Date): Promise<void> {
    const until = typeof instant === 'number' ? instant : Math.floor(instant.getTime() / 1000);
    await this.settled();
    for (let at = this.nextInstant(until); at <= until; at = this.nextInstant(until)) {
      this.clock.moveTo(at);
      const timer = this.next(at);
      if (timer) timer.run();
      else for (const sender of this.senders.values()) await sender.retry();
      await this.settled();
    }
    this.clock.moveTo(until);
  }

  /** Every webhook that is not held or waiting for the clock was answered. */
  async settled(): Promise<void> {
    for (const sender of this.senders.values()) await sender.settled();
  }

  /** Fails when the double itself was wrong. */
  async close(): Promise<void> {
    for (const sender of this.senders.values()) await sender.close();
    await this.server.down();
    if (this.api.ownFaults[0]) throw this.api.ownFaults[0];
  }

  /** When something happens next by an instant, or a webhook is sent again; Infinity: nothing does. Seconds. */
  nextInstant(until: number): number {
    const retries = [...this.senders.values()].map((sender) => sender.nextRetry());
    return Math.min(this.next(until)?.at ?? Infinity, ...retries);
  }

  private next(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const account of this.accounts.values())
      for (const timer of timersOf(account))
        if (timer.at <= until && (!first || timer.at < first.at || (timer.at === first.at && timer.rank < first.rank)))
          first = timer;
    return first;
  }

  /** The stream of meter events takes the token of a session only, and nothing else takes that. */
  private admitted(key: string, operation: string): Account | undefined {
    const account = this.accounts.get(this.accountOfKey[key] ?? '');
    if (operation !== 'POST /v2/billing/meter_event_stream') return account;
    return [...this.accounts.values()].find((one) => (streamTokens(one).get(key) ?? 0) > this.clock.now());
  }

  private async answer(incoming: Incoming): Promise<Answer> {
    if (/^\/v[12]\//.test(incoming.url.pathname)) return this.api.answer(incoming);
    return visit(pages, [...this.accounts.values()], incoming);
  }
}

function* timersOf(account: Account): Generator<Timer> {
  yield* scheduleTimers(account);
  yield* subscriptionTimers(account);
  yield* invoiceTimers(account);
  yield* sessionTimers(account);
}
