import type { Plan } from '../ladder/plan.rules.ts';
import { fillFee, fillValue } from '../markets/markets.rules.ts';
import { decide, type Intent, type MarketEvent, type PlacedOrder, type State } from './decide.rules.ts';

/*
 * The paper exchange: fills orders from candles, conservatively. Market orders fill at the candle's open; a limit
 * order fills at its limit when the candle touches it; the take profit fills only in a candle in which no averaging
 * order did, because a candle does not tell which came first. Backtests and paper bots both run through here.
 * Source: trading.md 8.
 */
export interface CandleTicks {
  /** Epoch milliseconds of the candle's begin. */
  at: number;
  open: bigint;
  high: bigint;
  low: bigint;
  close: bigint;
}

export interface ExchangeFill {
  trade: number;
  order: PlacedOrder;
  /** Of this fill, as the exchange names it. */
  id: string;
  at: number;
  ticks: bigint;
  lots: bigint;
  /** Money units: see markets.rules.ts. */
  value: bigint;
  fee: bigint;
}

export interface Step {
  at: number;
  state: State;
  intents: Intent[];
  fills: ExchangeFill[];
}

/** What one candle does to a bot. `mayOpen`: a new trade may begin. */
export function runCandle(state: State, candle: CandleTicks, plan: Plan, mayOpen = true): Step {
  const run = new Exchange(state, candle.at, plan);
  run.tell({ type: 'candle', openTicks: candle.open, mayOpen });
  const base = run.find('base');
  if (base) run.fill(base, candle.open);
  let averaged = false;
  for (let order = run.touched('averaging', candle); order; order = run.touched('averaging', candle)) {
    run.fill(order, order.ticks);
    averaged = true;
  }
  const exit = averaged ? undefined : run.touched('takeProfit', candle);
  if (exit) run.fill(exit, exit.ticks);
  return run.step();
}

/** Closes the open trade at this price. */
export function runClose(state: State, at: number, ticks: bigint, plan: Plan): Step {
  const run = new Exchange(state, at, plan);
  run.tell({ type: 'close', ticks });
  const order = run.find('close');
  if (order) run.fill(order, ticks);
  return run.step();
}

class Exchange {
  private readonly intents: Intent[] = [];
  private readonly fills: ExchangeFill[] = [];
  private state: State;
  private readonly at: number;
  private readonly plan: Plan;

  constructor(state: State, at: number, plan: Plan) {
    this.state = state;
    this.at = at;
    this.plan = plan;
  }

  find(kind: PlacedOrder['kind']): PlacedOrder | undefined {
    return this.state.orders.find((order) => order.kind === kind);
  }

  /** The first open order of the kind that the candle reaches; averaging orders stand in the ladder's order. */
  touched(kind: PlacedOrder['kind'], { high, low }: CandleTicks): PlacedOrder | undefined {
    const order = this.find(kind);
    if (!order) return undefined;
    return (order.side === 'buy' ? low <= order.ticks : high >= order.ticks) ? order : undefined;
  }

  tell(event: MarketEvent): void {
    const decision = decide(this.state, event, this.plan);
    this.state = decision.state;
    this.intents.push(...decision.intents);
  }

  /** Whole orders only: a candle does not tell how much there was to trade with. */
  fill(order: PlacedOrder, ticks: bigint): void {
    const lots = order.lots - order.filled.lots;
    const id = `${order.key}#${order.fills.length + 1}`;
    const value = fillValue(ticks, lots);
    const fee = fillFee(this.plan.market, ticks, lots);
    this.fills.push({ trade: this.state.trade, order, id, at: this.at, ticks, lots, value, fee });
    this.tell({ type: 'fill', key: order.key, id, ticks, lots });
  }

  step(): Step {
    return { at: this.at, state: this.state, intents: this.intents, fills: this.fills };
  }
}
