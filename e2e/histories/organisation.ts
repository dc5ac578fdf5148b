import { newId } from '@tidegate/database/ids';
import type { Model } from './model.ts';
import type { Customer } from './stripe-facts.ts';

export const OPERATOR = newId();

export interface Organisation extends Customer {
  id: string;
  model: Model;
  /** What was lent, by the name that the history gave it. */
  leases: Map<number, string>;
  holds: Map<number, string>;
  /** Whether something may have happened at Stripe that nobody knows of yet. */
  stale: boolean;
  bought: boolean;
  /** The number of its card. */
  card: string;
  /** Payments that its bank took back, and nobody has settled. */
  lost: string[];
  /** What was done, with what came of it. */
  done: string[];
}

/** The services and the model do not say the same. */
export class Mismatch extends Error {
  constructor(
    readonly one: Organisation,
    what: string,
  ) {
    super(what);
  }
}
