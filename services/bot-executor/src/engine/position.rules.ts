import { add, type Fraction, millionths, mul, reduced, sub, whole } from '../kernel/exact.rules.ts';

/**
 * The exchange's reports contradict each other. Nothing is booked: a person has to investigate, because decisions on
 * such a state would be about a position that does not exist.
 */
export class Contradiction extends Error {}

/*
 * What is open of a trade, at average cost. Entries add to it; exits take cost out in proportion and never change the
 * average. Values are in tick × lots. Source: trading.md 3.3 and 3.8.
 */
export interface Position {
  /** Open. */
  lots: bigint;
  /** Of the open lots. A fraction after a partial exit, whole before. */
  cost: Fraction;
  /** Everything that the position was increased by in this trade. */
  increased: bigint;
  /** Less than a lot, in millionths of one: what fees left of purchases and no order can sell. Trades pass it on. */
  dust: bigint;
  /** Funding that the margin of what is open has paid and not been given back, in tick × lots. */
  owed: Fraction;
}

export const NOTHING = whole(0);
export const FLAT: Position = { lots: 0n, cost: NOTHING, increased: 0n, dust: 0n, owed: NOTHING };

const MILLION = 1_000_000n;

/** `value` in tick × lots; `heldBack`: the fee where it is taken from the purchase, in millionths of a lot. */
export function increasePosition(position: Position, value: bigint, lots: bigint, heldBack = 0n): Position {
  const held = position.dust + lots * MILLION - heldBack;
  const got = held / MILLION;
  return {
    lots: position.lots + got,
    cost: add(position.cost, whole(value)),
    increased: position.increased + got,
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

/** Closes so many lots, at whatever price: what they cost goes with them. */
export function reducePosition(position: Position, lots: bigint): Position {
  const rest = position.lots - lots;
  if (rest < 0n) throw new Contradiction(`An exit of ${lots} lots would turn a position of ${position.lots} around.`);
  if (rest === 0n) return { ...position, lots: 0n, cost: NOTHING, owed: NOTHING };
  const part = { n: rest, d: position.lots };
  const owed = position.owed.n === 0n ? NOTHING : reduced(mul(position.owed, part));
  return { ...position, lots: rest, cost: reduced(mul(position.cost, part)), owed };
}

/** The part of all increases that is still open. */
export const openShare = ({ lots, increased }: Pick<Position, 'lots' | 'increased'>): Fraction =>
  increased === 0n ? whole(0) : { n: lots, d: increased };
