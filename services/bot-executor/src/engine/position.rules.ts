import { add, div, type Fraction, mul, reduced, sub, whole } from './exact.rules.ts';

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
}

export const FLAT: Position = { lots: 0n, cost: whole(0), entered: 0n, dust: 0n };

const MILLION = 1_000_000n;

/** `heldBack`: the fee where it is taken from the purchase, in millionths of a lot. */
export function enter(position: Position, ticks: bigint, lots: bigint, heldBack = 0n): Position {
  const held = position.dust + lots * MILLION - heldBack;
  const got = held / MILLION;
  return {
    lots: position.lots + got,
    cost: add(position.cost, whole(ticks * lots)),
    entered: position.entered + got,
    dust: held % MILLION,
  };
}

/** Nothing is open; dust is carried on. */
export const flat = ({ dust }: Position): Position => ({ ...FLAT, dust });

/** `realised` is s × (price - average) × quantity, before fees. */
export function leave(
  position: Position,
  ticks: bigint,
  lots: bigint,
  long: boolean,
): { position: Position; realised: Fraction } {
  if (lots > position.lots)
    throw new Error(`An exit of ${lots} lots would turn a position of ${position.lots} around.`);
  const part = reduced(div(mul(position.cost, whole(lots)), whole(position.lots)));
  const cost = lots === position.lots ? whole(0) : reduced(sub(position.cost, part));
  const exit = whole(ticks * lots);
  return {
    position: { ...position, lots: position.lots - lots, cost },
    realised: long ? sub(exit, part) : sub(part, exit),
  };
}

/** The part of everything entered that is still open. */
export const openShare = ({ lots, entered }: Pick<Position, 'lots' | 'entered'>): Fraction =>
  entered === 0n ? whole(0) : { n: lots, d: entered };
