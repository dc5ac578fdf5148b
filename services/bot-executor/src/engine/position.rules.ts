import { Contradiction } from './contradiction.rules.ts';
import { add, div, type Fraction, millionths, mul, reduced, sub, whole } from './exact.rules.ts';

/*
 * What is open of a trade, at average cost. Entries add to it; exits take cost out in proportion and never change the
 * average. Values are in tick × lots. Source: trading.md 3.3 and 3.8.
 */
export interface Position {
  /** Open. */
  lots: bigint;
  /** Of the open lots. A fraction after a partial exit, whole before. */
  cost: Fraction;
  /** Everything that was ever entered in this trade. */
  entered: bigint;
  /** Less than a lot, in millionths of one: what fees left of purchases and no order can sell. Trades pass it on. */
  dust: bigint;
  /** Funding that the margin of what is open has paid and not been given back, in tick × lots. */
  owed: Fraction;
}

export const NOTHING = whole(0);
export const FLAT: Position = { lots: 0n, cost: NOTHING, entered: 0n, dust: 0n, owed: NOTHING };

const MILLION = 1_000_000n;

/** `value` in tick × lots; `heldBack`: the fee where it is taken from the purchase, in millionths of a lot. */
export function enter(position: Position, value: bigint, lots: bigint, heldBack = 0n): Position {
  const held = position.dust + lots * MILLION - heldBack;
  const got = held / MILLION;
  return {
    lots: position.lots + got,
    cost: add(position.cost, whole(value)),
    entered: position.entered + got,
    dust: held % MILLION,
    owed: position.owed,
  };
}

/** Isolated: funding comes out of the margin. What is received, in money units, gives back what was paid, no more. */
export function fund(position: Position, amount: bigint): Position {
  const owed = reduced(sub(position.owed, millionths(amount)));
  return { ...position, owed: owed.n > 0n ? owed : NOTHING };
}

/** Nothing is open; dust is carried on. */
export const flat = ({ dust }: Position): Position => ({ ...FLAT, dust });

/** `realised` is s × (price - average) × quantity, before fees. */
export function leave(
  position: Position,
  value: bigint,
  lots: bigint,
  long: boolean,
): { position: Position; realised: Fraction } {
  if (lots > position.lots)
    throw new Contradiction(`An exit of ${lots} lots would turn a position of ${position.lots} around.`);
  const part = reduced(div(mul(position.cost, whole(lots)), whole(position.lots)));
  const rest = position.lots - lots;
  const cost = rest === 0n ? NOTHING : reduced(sub(position.cost, part));
  const owed = position.owed.n === 0n ? NOTHING : reduced(mul(position.owed, { n: rest, d: position.lots }));
  const exit = whole(value);
  return {
    position: { ...position, lots: rest, cost, owed },
    realised: long ? sub(exit, part) : sub(part, exit),
  };
}

/** The part of everything entered that is still open. */
export const openShare = ({ lots, entered }: Pick<Position, 'lots' | 'entered'>): Fraction =>
  entered === 0n ? whole(0) : { n: lots, d: entered };
