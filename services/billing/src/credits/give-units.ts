import { creditsChanged } from '@tidegate/contracts/billing/credits';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { recordChange } from '../kernel/change.rows.ts';
import { readClock } from '../kernel/subscription.rows.ts';
import type { PackageDefinition } from '../plans/catalogue-model.rules.ts';
import { type CreditRow, creditToWire, endCreditRow, findCredit, insertCredit, type NewCredit } from './credit.rows.ts';
import { creditId, unitsOf, validity } from './credit.rules.ts';

export interface Bought {
  orgId: string;
  /** As it was sold. */
  pack: Pick<PackageDefinition, 'package' | 'name' | 'feature' | 'amount' | 'expiresDays'>;
  quantity: number;
  /** Names the payment, such as `order:<id>` or `stripe:<session>`: it gives units once, whoever says it. */
  reference: string;
  paid: { currency: string; amountMinor: bigint };
  by: string;
}

/**
 * A package was paid for: its units can be used from now on, as soon as this commits. For whoever learns of payments, in
 * their transaction; repeating it changes nothing. `tx` runs as the organisation.
 */
export function packageBought(tx: Tx, emit: Emit, bought: Bought): Promise<CreditRow> {
  const { orgId, pack, quantity, reference, paid, by } = bought;
  const amount = unitsOf(pack, quantity);
  if (amount === undefined) throw new Error(`${quantity} of ${pack.package} are more units than can be counted.`);
  const { feature, expiresDays } = pack;
  const name = quantity === 1 ? pack.name : `${quantity} × ${pack.name}`;
  const given = { reference, feature, name, amount, package: pack.package, paid, by, reason: 'Bought' };
  return giveUnits(tx, emit, orgId, { ...given, source: 'package', priority: 0, expiresDays });
}

export type GivenUnits = Omit<NewCredit, 'id' | 'from' | 'until'> &
  ({ expiresDays: number | null } | { until: Date | null });

/** Gives units once for each reference. Needs no lock: who comes second finds them given. */
export async function giveUnits(tx: Tx, emit: Emit, orgId: string, given: GivenUnits): Promise<CreditRow> {
  const at = await readClock(tx);
  const id = creditId(orgId, given.reference);
  const { from, until } = validity(at, 'expiresDays' in given ? given.expiresDays : null);
  const ends = 'until' in given ? given.until : until;
  const row = await insertCredit(tx, orgId, { ...given, id, from, until: ends });
  if (!row) return (await findCredit(tx, orgId, id)) as CreditRow;
  const { by, reason } = given;
  await recordChange(tx, { orgId, product: null, action: 'credit_given', by, reason, after: creditToWire(row) });
  await announce(emit, orgId, row);
  return row;
}

/** Takes back what is left; undefined when nothing can be used of it any more. */
export async function endUnits(
  tx: Tx,
  emit: Emit,
  { orgId, id, by, reason }: { orgId: string; id: string; by: string; reason: string },
): Promise<CreditRow | undefined> {
  const row = await endCreditRow(tx, orgId, id);
  if (!row) return undefined;
  await recordChange(tx, { orgId, product: null, action: 'credit_ended', by, reason, before: creditToWire(row) });
  await announce(emit, orgId, row);
  return row;
}

const announce = (emit: Emit, orgId: string, row: CreditRow): Promise<unknown> =>
  emit(creditsChanged, { orgId, credit: creditToWire(row), free: row.paid_minor === null }, { orgId });
