import { Controller } from '@nestjs/common';
import { type BillingChange, organisationBilling } from '@tidegate/contracts/billing/grants';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import { type ChangeRow, findChanges } from '../kernel/change.rows.ts';
import { findGrants, grantToWire } from '../kernel/grant.rows.ts';
import { planNames } from '../plans/catalogue.rows.ts';
import { findOrders, orderToWire } from '../subscriptions/order.rows.ts';
import { ShowSubscriptions } from '../subscriptions/show-subscriptions.ts';
import { findTrials } from '../subscriptions/trial.rows.ts';

/** All that there is to say about one organisation, for its operator. */
@Controller()
export class OrganisationBilling {
  constructor(private readonly show: ShowSubscriptions) {}

  @Handles(organisationBilling)
  async handle({ input, tx: operator }: OperationContext<typeof organisationBilling>) {
    const { organisationId: orgId, limit, cursor } = input;
    const tx = operator.as({ orgId });
    const known = await findEntitlements(tx, orgId);
    if (!known) throw notFound(undefined, 'No organisation has this id.');
    const { orgId: organisationId, ...entitlements } = known.snapshot;
    const rows = await findChanges(tx, orgId, limit + 1, readCursor(cursor, 'time', 'uuid'));
    const { items, nextCursor } = pageOf(rows, limit, changeToWire, (row) => [row.changed, row.id]);
    const [trials, orders, named] = [await findTrials(tx, orgId), await findOrders(tx, orgId), await planNames(tx)];
    return {
      organisationId: orgId,
      subscriptions: (await this.show.complete(orgId)).subscriptions,
      orders: orders.map((row) => orderToWire(row, named(row.product, row.plan))),
      trials: trials.map(({ product, plan, started_at: started, ends_at: ends }) => ({
        product,
        plan,
        ...named(product, plan),
        startedAt: started.toISOString(),
        endsAt: ends.toISOString(),
      })),
      grants: (await findGrants(tx, orgId)).map(grantToWire),
      entitlements: { organisationId, ...entitlements },
      changes: items,
      ...(nextCursor !== undefined && { nextCursor }),
    };
  }
}

const changeToWire = (row: ChangeRow): BillingChange => ({
  id: row.id,
  at: row.changed_at.toISOString(),
  product: row.product,
  action: row.action,
  by: row.changed_by,
  reason: row.reason,
  before: row.before as BillingChange['before'],
  after: row.after as BillingChange['after'],
});
