import { z } from 'zod';
import { NOTHING } from '../engine/position.rules.ts';
import { type PendingCancel, type State, UNWATCHED } from '../engine/state.rules.ts';
import { Big } from '../kernel/big.rules.ts';
import { div, type Fraction, fraction, mul } from '../kernel/exact.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import type { Memory } from '../martingale/decide-martingale.rules.ts';
import { rescaledMemory, StoredMemory } from '../martingale/stored-memory.rules.ts';

/*
 * The state as it is stored: whole numbers of any size as text, with the steps of the market that they count. Finer
 * steps, should the market get them, are converted; what cannot be read exactly stops the bot instead of moving it.
 */
const Point = z.object({ value: Big, lots: Big });
const Part = z.object({ n: Big, d: Big });
/** Left out by JSON where there is nothing. */
const Level = Big.optional();

const Kind = z.enum(['base', 'averaging', 'takeProfit', 'stopLoss', 'close', 'liquidation']);
const Order = z.object({
  key: z.string(),
  kind: Kind,
  level: z.int(),
  side: z.enum(['buy', 'sell']),
  type: z.enum(['market', 'limit', 'stop']),
  ticks: Big,
  lots: Big,
  filled: Point,
  fills: z.array(z.string()),
  reduceOnly: z.literal(true).optional(),
});

const Stored = z.object({
  version: z.literal(2),
  tickSize: z.string(),
  lotSize: z.string(),
  trade: z.int(),
  revision: z.int(),
  // Before version 3 of the rules funding did not touch the margin.
  position: z.object({ lots: Big, cost: Part, entered: Big, dust: Big.default(0n), owed: Part.default(NOTHING) }),
  base: Point,
  last: Point,
  lastFill: Point.optional(),
  level: z.int(),
  // States that were stored before these existed: see readState.
  planned: z.int().optional(),
  step: z.int().default(0),
  watch: z
    .object({
      trailFrom: Level,
      best: Level,
      breakEvenFrom: Level,
      patientStop: Level,
      beyondSince: z.number().optional(),
    })
    .default(UNWATCHED),
  entryFrom: Level,
  endedAt: z.number().optional(),
  memory: StoredMemory.optional(),
  orders: z.array(Order),
  // Before these existed, what was taken back was gone at once.
  pendingCancels: z.array(Order.extend({ total: Level })).default([]),
  deferred: z.array(Order).default([]),
  closing: Kind.optional(),
  deferredSince: z.number().optional(),
  refused: z.object({ kind: Kind, times: z.int(), until: z.number().optional() }).optional(),
  unbegun: z.int().optional(),
  halted: z.enum(['ordersRejected', 'positionChanged']).optional(),
});

export const writeState = (state: State, { tickSize, lotSize }: MarketRules): string =>
  JSON.stringify({ version: 2, tickSize, lotSize, ...state }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );

export function readState(stored: unknown, market: MarketRules): State {
  const {
    version: _version,
    tickSize,
    lotSize,
    watch,
    endedAt,
    closing,
    ...rest
  } = Stored.parse(isVersion1(stored) ? fromVersion1(stored) : stored);
  const planned = rest.planned ?? Math.max(rest.level, ...rest.orders.map(({ level }) => level));
  const state: State = {
    ...rest,
    planned,
    lastFill: rest.lastFill ?? rest.last,
    watch: { ...UNWATCHED, ...watch },
    endedAt,
    closing,
  };
  if (tickSize === market.tickSize && lotSize === market.lotSize) return state;
  return rescaled(state, div(fraction(tickSize), market.tick), div(fraction(lotSize), market.lot));
}

interface Version1 {
  version: 1;
  rung: unknown;
  orders: { rung: unknown }[];
  leaving?: { rung: unknown }[];
  waiting?: { rung: unknown }[];
  waitingSince?: unknown;
}

const isVersion1 = (stored: unknown): stored is Version1 => (stored as Partial<Version1> | null)?.version === 1;

/** The same under other names. */
function fromVersion1({ rung, orders, leaving, waiting, waitingSince, ...rest }: Version1): object {
  const renamed = (all: { rung: unknown }[]) => all.map(({ rung: level, ...order }) => ({ ...order, level }));
  return {
    ...rest,
    version: 2,
    level: rung,
    orders: renamed(orders),
    ...(leaving ? { pendingCancels: renamed(leaving) } : {}),
    ...(waiting ? { deferred: renamed(waiting) } : {}),
    ...(waitingSince === undefined ? {} : { deferredSince: waitingSince }),
  };
}

function rescaled(state: State, tick: Fraction, lot: Fraction): State {
  const unit = mul(tick, lot);
  // The reference prices of the base order at rest are ticks over one lot, or value over lots: both scale as a price.
  const point = ({ value, lots }: { value: bigint; lots: bigint }) => ({
    value: scaled(value, unit),
    lots: scaled(lots, lot),
  });
  const order = <One extends PendingCancel>(one: One): One => ({
    ...one,
    ticks: scaled(one.ticks, tick),
    lots: scaled(one.lots, lot),
    filled: point(one.filled),
    ...(one.total === undefined ? {} : { total: scaled(one.total, lot) }),
  });
  const { position, watch } = state;
  const level = (ticks: bigint | undefined) => (ticks === undefined ? undefined : scaled(ticks, tick));
  return {
    ...state,
    position: {
      lots: scaled(position.lots, lot),
      entered: scaled(position.entered, lot),
      cost: mul(position.cost, unit),
      dust: scaled(position.dust, lot),
      owed: mul(position.owed, unit),
    },
    base: point(state.base),
    last: point(state.last),
    lastFill: point(state.lastFill),
    watch: {
      trailFrom: level(watch.trailFrom),
      best: level(watch.best),
      breakEvenFrom: level(watch.breakEvenFrom),
      patientStop: level(watch.patientStop),
      beyondSince: watch.beyondSince,
    },
    ...(state.entryFrom === undefined ? {} : { entryFrom: scaled(state.entryFrom, tick) }),
    orders: state.orders.map(order),
    pendingCancels: state.pendingCancels.map(order),
    deferred: state.deferred.map(order),
    memory:
      state.memory &&
      rescaledMemory(
        state.memory as Memory,
        { cash: (cash) => scaled(cash, unit), price: (ticks) => scaled(ticks, tick) },
        tick,
      ),
  };
}

function scaled(value: bigint, by: Fraction): bigint {
  const exact = value * by.n;
  if (exact % by.d !== 0n) throw new Error('The market’s steps have become coarser than what the bot holds.');
  return exact / by.d;
}
