import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type Entitlements, entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { nextReminder } from '../kernel/debt.rows.ts';
import { findPaidPeriods } from '../kernel/paid-period.rows.ts';
import { markSeats } from '../kernel/seat.rows.ts';
import { findHoldings, lockBilling } from '../kernel/subscription.rows.ts';
import { isBilledByHand, nextDue, type Subscription } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { FORM, findEntitlements, saveEntitlements } from './entitlements.rows.ts';
import { snapshotOf } from './entitlements.rules.ts';
import { openDefaults } from './open-defaults.ts';
import { snapshotInput } from './snapshot-input.ts';

/** The loop that wakes when something is due. */
export const DUE_CHANGES = 'apply-due-changes';

/** The loop that buys as many seats as there are members. */
export const FOLLOW_SEATS = 'follow-seats';

/**
 * Recomputes the organisation's entitlements and, when they differ from the last ones, numbers and emits them. The lock
 * makes versions rise one by one, in commit order.
 */
@Injectable()
export class AnnounceEntitlements {
  constructor(private readonly wakes: Wakes) {}

  /** @param anchor from which the periods of a new organisation are counted; by default now */
  async announce(tx: Tx, emit: Emit, orgId: string, anchor?: number): Promise<Entitlements> {
    const at = await lockBilling(tx, orgId);
    const catalogue = await requireCatalogue(tx);
    const found = await findHoldings(tx, orgId, 'for update');
    const holdings = await openDefaults(tx, orgId, catalogue, found, anchor ?? at);
    const { snapshot: content, nextChangeAt } = snapshotOf(await snapshotInput(tx, orgId, catalogue, holdings), at);
    const due = holdings.subscriptions.flatMap((one) => nextDue(one)?.at ?? []);
    const billing = await nextBilling(tx, orgId, holdings.subscriptions, at);
    const coming = [...due, ...billing, nextChangeAt, await nextReminder(tx, orgId)];
    const nextAt = coming.filter((one) => one !== null).sort((a, b) => a - b)[0] ?? null;
    const before = await findEntitlements(tx, orgId);
    const version = before?.snapshot.version ?? 0;
    const same = before !== undefined && isDeepStrictEqual({ ...content, version }, before.snapshot);
    const snapshot = same ? before.snapshot : { ...content, version: version + 1 };
    const stored = { snapshot, form: FORM, catalogueVersion: catalogue.version, nextChangeAt: nextAt };
    if (!same || !isDeepStrictEqual(stored, before)) await saveEntitlements(tx, stored);
    if (!same) {
      await emit(entitlementsChanged, snapshot, { orgId });
      // What else gives seats may have changed.
      await this.countSeats(tx, orgId);
    }
    // What is due already may have been stored by somebody who woke nobody.
    if (nextAt !== null && (nextAt <= at || nextAt !== before?.nextChangeAt))
      tx.onCommit(() => this.wakes.wake(DUE_CHANGES));
    return snapshot;
  }

  /** Members that are bought by themselves are counted again: whether any are, or for how long, may have changed. */
  async countSeats(tx: Tx, orgId: string): Promise<void> {
    if (await markSeats(tx, orgId)) tx.onCommit(() => this.wakes.wake(FOLLOW_SEATS));
  }
}

/** When what is billed by hand is charged next: what was moved to a paid plan, at once. */
async function nextBilling(
  tx: Tx,
  orgId: string,
  subscriptions: readonly Subscription[],
  at: number,
): Promise<number[]> {
  const billed = subscriptions.filter(isBilledByHand);
  if (billed.length === 0) return [];
  const paid = new Map((await findPaidPeriods(tx, orgId)).map(({ product, nextAt }) => [product, nextAt]));
  return billed.map(({ product }) => paid.get(product) ?? at);
}
