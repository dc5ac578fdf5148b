import type { JsMsg } from '@nats-io/jetstream';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import { Envelope } from '@tidegate/contracts/kernel/event';
import type { Log } from '@tidegate/telemetry/log';
import type { ConsumerLag } from './consumer-lag.ts';
import type { Became, EventTurns, Item, Waiting } from './event-turns.ts';

/*
 * The events that a consumer holds: a lane per aggregate, the lowest number first, one at a time. They do not arrive in
 * order (what was sent back returns after its pause), so a lane sorts them.
 *
 * An event ahead of its predecessor waits here for a moment, because another replica is usually handling that right
 * now; then the whole lane is sent back, and so is what arrives for it in the meantime. So an aggregate that waits, for
 * a lost event, a failing one or the database, takes no room from the others.
 */
const STEP_MS = 4;
const WAIT_MS = 200;
const MAX_PAUSE_MS = 1_000;
/** A lane not seen for so long: its events were handled elsewhere. */
const STALE_MS = 5_000;
const EVICT_MS = 120_000;

interface Lane {
  items: Item[];
  running: Promise<void>;
}

interface Early extends Waiting {
  until: number;
  tries: number;
}

export class EventLanes {
  private readonly turns: EventTurns;
  private readonly log: Log;
  private readonly lag: ConsumerLag;
  private readonly lanes = new Map<string, Lane>();
  private readonly early = new Map<string, Early>();
  private stopped = false;
  private inHand = 0;
  private made: () => void = () => {};

  constructor(turns: EventTurns, lag: ConsumerLag, log: Log) {
    this.turns = turns;
    this.lag = lag;
    this.log = log;
  }

  enter(message: JsMsg): void {
    const raw = message.string();
    const envelope = parse(raw);
    const lane = envelope?.subject ?? '';
    const early = this.early.get(lane);
    const now = performance.now();
    this.lag.came(message.seq, message.time.getTime());
    if (envelope && early && early.until > now && envelope.sequence > early.from) {
      this.nak(message, early.until - now + MAX_PAUSE_MS * 0.1 * Math.random());
      return;
    }
    this.add(lane, { message, raw, envelope });
  }

  /** Resolves when it holds at most so many. */
  async room(most: number): Promise<void> {
    while (this.inHand > most && !this.stopped) {
      await new Promise<void>((resolve) => {
        this.made = resolve;
      });
    }
  }

  /** Finishes running events and sends back the rest. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.made();
    await Promise.allSettled([...this.lanes.values()].map((lane) => lane.running));
  }

  evictOld(): void {
    const old = performance.now() - EVICT_MS;
    for (const [aggregate, { until }] of this.early) if (until < old) this.early.delete(aggregate);
  }

  private add(name: string, item: Item): void {
    const lane = this.lanes.get(name);
    if (!lane) {
      const fresh: Lane = { items: [item], running: Promise.resolve() };
      this.lanes.set(name, fresh);
      this.inHand += 1;
      fresh.running = this.run(name, fresh);
      return;
    }
    const at = lane.items.findIndex((other) => sequenceOf(other) >= sequenceOf(item));
    const same = at >= 0 && sequenceOf(lane.items[at] as Item) === sequenceOf(item) && item.envelope !== undefined;
    if (at < 0) lane.items.push(item);
    else lane.items.splice(at, same && at > 0 ? 1 : 0, item);
    if (!(same && at > 0)) this.inHand += 1;
  }

  private async run(name: string, lane: Lane): Promise<void> {
    let wait = STEP_MS;
    for (let [item] = lane.items; item; [item] = lane.items) {
      if (this.stopped) {
        this.sendBack(lane, 0);
        break;
      }
      let outcome = await this.safely(() => this.turns.attempt(item));
      if (outcome === 'ahead' && wait <= WAIT_MS) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        wait *= 2;
        continue;
      }
      wait = STEP_MS;
      const waiting = this.early.get(name);
      if (outcome === 'ahead' && waiting && waiting.from === item.envelope?.sequence) {
        outcome = await this.safely(() => this.turns.passIfLost(item, waiting));
      }
      if (outcome === 'done') {
        this.early.delete(name);
        this.remove(lane, item);
      } else this.hold(name, lane, item, outcome);
    }
    this.lanes.delete(name);
  }

  private async safely(work: () => Promise<Became>): Promise<Became> {
    try {
      return await work();
    } catch (error) {
      this.log.warn({ error }, 'An event could not be settled; it will be redelivered');
      return MAX_PAUSE_MS;
    }
  }

  /** The whole lane is redelivered later: after the pause of the failed event, or with growing pauses. */
  private hold(name: string, lane: Lane, { envelope }: Item, outcome: Exclude<Became, 'done'>): void {
    const now = performance.now();
    const known = this.early.get(name);
    const from = envelope?.sequence ?? 0;
    const kept = known && known.from <= from && known.until > now - STALE_MS ? known : undefined;
    const early: Early = kept ?? { from, since: now, alone: undefined, until: now, tries: 0 };
    const pause = outcome === 'ahead' ? backOff(20, MAX_PAUSE_MS, early.tries) : outcome;
    early.tries += 1;
    early.until = now + pause;
    this.early.set(name, early);
    this.sendBack(lane, pause);
  }

  private sendBack(lane: Lane, pause: number): void {
    for (const { message } of lane.items) this.nak(message, pause);
    this.inHand -= lane.items.length;
    lane.items = [];
    this.made();
  }

  /**
   * Milliseconds; whole ones, since nats-server forgets a pause with fractions and sends the event again at once. Nothing can
   * be sent back on a closed connection: the event is redelivered by itself.
   */
  private nak(message: JsMsg, pause: number): void {
    this.lag.sentBack(message.seq);
    try {
      message.nak(Math.ceil(pause) || undefined);
    } catch (error) {
      this.log.warn({ error }, 'An event could not be sent back; it will be redelivered');
    }
  }

  private remove(lane: Lane, item: Item): void {
    this.lag.settled(item.message.seq);
    lane.items.splice(lane.items.indexOf(item), 1);
    this.inHand -= 1;
    this.made();
  }
}

const sequenceOf = ({ envelope }: Item): number => envelope?.sequence ?? 0;

function parse(raw: string): Envelope | undefined {
  try {
    return Envelope.parse(JSON.parse(raw));
  } catch {
    return undefined;
  }
}
