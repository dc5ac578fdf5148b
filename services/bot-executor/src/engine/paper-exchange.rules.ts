import type { Plan } from '../ladder/ladder.rules.ts';
import { fillFee, fillValue } from '../markets/markets.rules.ts';
import { type Decision, decide, type Intent, type MarketEvent, type PlacedOrder, type State } from './decide.rules.ts';

/*
 * The paper exchange: fills orders from candles, conservatively. Market orders fill at the candle's open; a limit
 * order fills at its limit when the candle touches it; the take profit fills only in a candle in which no averaging
 * order did, because a candle does not tell which came first. Backtests and paper bots both run through here.
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
  at: number;
  ticks: bigint;
  lots: bigint;
  /** Money units: see markets.rules.ts. */
  value: bigint;
  fee: bigint;
}

export interface CandleResult {
  state: State;
  intents: Intent[];
  fills: ExchangeFill[];
}

export function runCandle(state: State, candle: CandleTicks, plan: Plan): CandleResult {
  const run = new CandleRun(state, candle.at, plan);
  run.tell({ type: 'candle', openTicks: candle.open });
  const base = run.find('base');
  if (base) run.fill(base, candle.open);
  let averaged = false;
  for (let order = touched(run.find('averaging'), candle); order; order = touched(run.find('averaging'), candle)) {
    run.fill(order, order.ticks);
    averaged = true;
  }
  const exit = averaged ? undefined : touched(run.find('takeProfit'), candle);
  if (exit) run.fill(exit, exit.ticks);
  return run.result();
}

/** Closes the open trade at this price and begins no other. */
export function runClose(state: State, at: number, ticks: bigint, plan: Plan): CandleResult {
  const run = new CandleRun(state, at, plan);
  run.tell({ type: 'close', ticks });
  const order = run.find('close');
  if (order) run.fill(order, ticks);
  return run.result();
}

class CandleRun {
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

  /** The first open order of the kind; averaging orders stand in the ladder's order. */
  find(kind: PlacedOrder['kind']): PlacedOrder | undefined {
    return this.state.orders.find((order) => order.kind === kind);
  }

  tell(event: MarketEvent): void {
    const decision: Decision = decide(this.state, event, this.plan);
    this.state = decision.state;
    this.intents.push(...decision.intents);
  }

  fill(order: PlacedOrder, ticks: bigint): void {
    const { lots } = order;
    const value = fillValue(ticks, lots);
    const fee = fillFee(this.plan.market, ticks, lots);
    this.fills.push({ trade: this.state.trade, order, at: this.at, ticks, lots, value, fee });
    this.tell({ type: 'fill', key: order.key, ticks });
  }

  result(): CandleResult {
    return { state: this.state, intents: this.intents, fills: this.fills };
  }
}

function touched(order: PlacedOrder | undefined, candle: CandleTicks): PlacedOrder | undefined {
  if (!order) return undefined;
  return (order.side === 'buy' ? candle.low <= order.ticks : candle.high >= order.ticks) ? order : undefined;
}
