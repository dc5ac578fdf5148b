import { createHash } from 'node:crypto';
import type { PackageDefinition } from '../plans/catalogue-model.rules.ts';

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;

/** The id of what a reference stands for: the same for everybody who gives it, whenever and however often. */
export function creditId(orgId: string, reference: string): string {
  const hex = createHash('sha256').update(`credit ${orgId} ${reference}`).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

/** Units of so many packages; undefined: more than can be counted exactly. */
export function unitsOf({ amount }: Pick<PackageDefinition, 'amount'>, quantity: number): number | undefined {
  const units = BigInt(amount) * BigInt(quantity);
  return units > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(units);
}

/** They begin with a second and end with one, so many days later. */
export function validity(at: number, expiresDays: number | null): { from: Date; until: Date | null } {
  const from = Math.floor(at / SECOND_MS) * SECOND_MS;
  return { from: new Date(from), until: expiresDays === null ? null : new Date(from + expiresDays * DAY_MS) };
}
