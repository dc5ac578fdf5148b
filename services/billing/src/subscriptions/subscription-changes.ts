import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { SHARED } from '@tidegate/contracts/billing/entitlements';
import type { PeriodStep } from '@tidegate/contracts/billing/period';
import { conflict } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { AnnounceEntitlements } from '../entitlements/announce-entitlements.ts';
import { openDefaults } from '../entitlements/open-defaults.ts';
import { Charges } from '../invoices/charges.ts';
import { beingSetUp } from '../kernel/being-set-up.ts';
import { requireNoDemo } from '../kernel/demo.rows.ts';
import { withDebts } from '../kernel/dunning.rules.ts';
import { findHoldings, lockBilling } from '../kernel/subscription.rows.ts';
import { isEnded, type Subscription } from '../kernel/subscription.rules.ts';
import { type CurrentCatalogue, requireCatalogue } from '../plans/catalogue.rows.ts';
import { emitChanged, reportChange } from './report-change.ts';
import { settle, store, withStep } from './settle.ts';

/** What a change is decided from. Everything that was due has been carried out. */
export interface Situation {
  tx: Tx;
  at: number;
  product: string;
  catalogue: CurrentCatalogue;
  before: Subscription | undefined;
  /** Of the product, ascending. */
  steps: readonly PeriodStep[];
}

export interface Decided {
  after: Subscription;
  action: string;
  step?: PeriodStep | undefined;
}

export interface Change {
  orgId: string;
  product: string;
  by: string;
  reason: string;
  /** Whether the provider says it: then it is so, also for an organisation that is not known here yet. */
  provider?: boolean;
}

/**
 * What an operator has paused, its customer neither resumes nor leaves by choosing, trying or cancelling.
 */
export function requireNotHeld(before: Subscription | undefined): void {
  if (before?.pausedBy !== 'operator') return;
  throw conflict({}, 'The operator of this installation paused the subscription. Ask them to resume it.');
}

/** What a provider bills for changes there; otherwise it would be had by hand and billed for all the same. */
function requireNotBilled(before: Subscription | undefined): void {
  if (before?.provider !== 'stripe' || isEnded(before)) return;
  throw conflict({}, 'A payment provider bills for this subscription. Change or cancel it there first.');
}

/**
 * The one way in which a subscription changes: under the organisation's lock, from what is true now, with a line in its
 * history, and the entitlements that follow in the same transaction.
 */
@Injectable()
export class SubscriptionChanges {
  constructor(
    private readonly entitlements: AnnounceEntitlements,
    private readonly charges: Charges,
  ) {}

  /** Nothing decided changes nothing. `tx` runs as the organisation. */
  async change(
    tx: Tx,
    emit: Emit,
    { orgId, product, by, reason, provider = false }: Change,
    decide: (situation: Situation) => Promise<Decided | undefined>,
  ): Promise<void> {
    await requireNoDemo(tx, orgId);
    const { at, catalogue, subscriptions, steps } = await this.settled(tx, emit, orgId, provider);
    const before = subscriptions.find((one) => one.product === product);
    if (!provider) requireNotBilled(before);
    const decided = await decide({ tx, at, product, catalogue, before, steps: steps[product] ?? [] });
    const after = decided && withDebts(decided.after, at, this.charges.terms);
    if (decided && after && !isDeepStrictEqual(after, before)) {
      const { step } = decided;
      await store(tx, { orgId, before, by, reason, at, ...decided, after });
      const changed = { orgId, product, action: decided.action, before, after };
      await (provider ? reportChange(emit, changed) : emitChanged(emit, changed));
      const own = step ? withStep(steps[product] ?? [], step) : (steps[product] ?? []);
      await this.charges.changed({ tx, emit, orgId, steps: { ...steps, [product]: own } }, { before, after, at, by });
      await this.entitlements.countSeats(tx, orgId);
    }
    await this.charges.remind({ tx, emit, orgId }, at);
    await this.entitlements.announce(tx, emit, orgId);
  }

  /** What was due is carried out and announced. */
  async due(tx: Tx, emit: Emit, orgId: string): Promise<void> {
    const { at } = await this.settled(tx, emit, orgId, false);
    await this.charges.remind({ tx, emit, orgId }, at);
    await this.entitlements.announce(tx, emit, orgId);
  }

  private async settled(tx: Tx, emit: Emit, orgId: string, opens: boolean) {
    const at = await lockBilling(tx, orgId);
    const catalogue = await requireCatalogue(tx);
    const found = await findHoldings(tx, orgId, 'for update');
    // An id that an operator made up was refused before.
    if (!found.steps[SHARED] && !opens) throw beingSetUp();
    const opened = await openDefaults(tx, orgId, catalogue, found, at);
    return {
      at,
      catalogue,
      ...(await settle({ tx, emit, orgId, steps: opened.steps }, catalogue, opened, at, this.charges)),
    };
  }
}
