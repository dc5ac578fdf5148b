import { leadingBits } from './binary-array.ts';

interface Identified {
  org: string;
  /** 32 hexadecimal digits. */
  key: string;
}

/** Bits of a number that JavaScript holds exactly. */
const BITS = 53;

/**
 * Sorted by organisation and key, stable. Comparing texts thousands of times costs as much as hashing them all: so each becomes
 * a number of the rank of its organisation, the beginning of its key and its place, which are sorted without a call back.
 */
export function sortedByIdentity<T extends Identified>(items: readonly T[]): T[] {
  const ranks = ranksOf(items);
  const placeBits = bitsFor(items.length);
  const keyBits = Math.min(32, BITS - placeBits - bitsFor(ranks.size));
  if (keyBits < 8) return [...items].sort(byIdentity);
  const places = 2 ** placeBits;
  const numbers = new Float64Array(items.length);
  for (let at = 0; at < items.length; at += 1) {
    const { org, key } = items[at] as T;
    const rank = ranks.get(org) as number;
    numbers[at] = (rank * 2 ** keyBits + (leadingBits(key) >>> (32 - keyBits))) * places + at;
  }
  numbers.sort();
  const sorted: T[] = [];
  let before = -1;
  for (const number of numbers) {
    const beginning = Math.floor(number / places);
    sorted.push(items[number - beginning * places] as T);
    if (beginning === before) settle(sorted);
    before = beginning;
  }
  return sorted;
}

/** Moves the last one before those whose key begins alike and goes on greater. */
function settle<T extends Identified>(sorted: T[]): void {
  for (let at = sorted.length - 1; at > 0; at -= 1) {
    const [one, last] = [sorted[at - 1] as T, sorted[at] as T];
    if (byIdentity(one, last) <= 0) return;
    sorted[at - 1] = last;
    sorted[at] = one;
  }
}

function ranksOf(items: readonly Identified[]): Map<string, number> {
  const ranks = new Map<string, number>();
  let before = '';
  for (const { org } of items) {
    if (org !== before) ranks.set(org, 0);
    before = org;
  }
  for (const [rank, org] of [...ranks.keys()].sort().entries()) ranks.set(org, rank);
  return ranks;
}

const bitsFor = (count: number): number => Math.ceil(Math.log2(Math.max(2, count)));

function byIdentity(a: Identified, b: Identified): number {
  if (a.org !== b.org) return a.org < b.org ? -1 : 1;
  return a.key < b.key ? -1 : a.key === b.key ? 0 : 1;
}
