import { INITIAL, type Intent, type MarketEvent, type RejectReason, type State } from '../src/engine/state.rules.ts';
import { decide } from '../src/strategies/decide.rules.ts';
import type { Plan } from '../src/strategies/plan.rules.ts';

const line = (intent: Intent): string => {
  if (intent.type === 'cancel') return `cancel ${intent.key}`;
  if (intent.type === 'halt') return `halt ${intent.reason}`;
  const { key, type, lots, ticks } = intent.order;
  return `${intent.type} ${key} ${type} ${lots}${type === 'market' ? '' : ` at ${ticks}`}`;
};

/** A bot whose exchange is played by the test, one message at a time; each answers with what the bot asks for. */
export class Race {
  state: State;
  private reports = 0;
  private readonly plan: Plan;

  constructor(plan: Plan, state: State = INITIAL) {
    this.plan = plan;
    this.state = state;
  }

  send(event: MarketEvent): string[] {
    const { state, intents } = decide(this.state, event, this.plan);
    this.state = state;
    return intents.map(line);
  }

  candle = (ticks: bigint, at = 0) => this.send({ type: 'candle', at, openTicks: ticks, mayOpen: true });
  price = (ticks: bigint, at = 0) => this.send({ type: 'price', at, ticks });
  end = (ticks: bigint) => this.send({ type: 'end', by: 'close', ticks });
  accepted = (key: string) => this.send({ type: 'accepted', key });
  rejected = (key: string, reason: RejectReason = 'unavailable', at = 0) =>
    this.send({ type: 'rejected', at, key, reason });
  position = (lots: bigint) => this.send({ type: 'position', at: 0, lots });
  cancelled = (key: string, filled: bigint) => this.send({ type: 'cancelled', key, filled });

  /** A report of its own, unless an id is given. */
  fill(key: string, lots: bigint, ticks: bigint, id?: string): string[] {
    this.reports += 1;
    return this.send({ type: 'fill', at: 0, key, id: id ?? `report ${this.reports}`, ticks, lots });
  }

  /** Says nothing new: the same state object, no intents. */
  expectIgnored(message: () => string[]): void {
    const before = this.state;
    expect(message()).toEqual([]);
    expect(this.state).toBe(before);
  }
}
