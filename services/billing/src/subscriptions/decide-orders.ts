import { Controller } from '@nestjs/common';
import { decideOrder, listOrders, planOrderDecided } from '@tidegate/contracts/billing/subscriptions';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { recordChange } from '../kernel/change.rows.ts';
import { changedBy } from '../kernel/subscription.rows.ts';
import { planNames, requireCatalogue } from '../plans/catalogue.rows.ts';
import { offeredPlan } from '../plans/offered-plan.rules.ts';
import { beginNow, choiceOf, costs } from './chosen-plan.ts';
import { listOrderRows, orderToWire, removeOrder } from './order.rows.ts';
import { SubscriptionChanges } from './subscription-changes.ts';

/** Plans that begin when an operator approves. */
@Controller()
export class DecideOrders {
  constructor(private readonly changes: SubscriptionChanges) {}

  @Handles(listOrders)
  async list({ input: { limit, cursor }, tx }: OperationContext<typeof listOrders>) {
    const after = readCursor(cursor, 'time', 'uuid', 'text');
    const all = tx.as({ system: 'catalogue' });
    const [rows, named] = [await listOrderRows(all, limit + 1, after), await planNames(all)];
    const shown = (row: (typeof rows)[number]) => orderToWire(row, named(row.product, row.plan));
    return pageOf(rows, limit, shown, (row) => [row.ordered, row.org_id, row.product]);
  }

  @Handles(decideOrder)
  async decide({ input, caller, tx: operator, emit, refuse }: OperationContext<typeof decideOrder>) {
    const { organisationId: orgId, product, approve, reason } = input;
    const [tx, by] = [operator.as({ orgId }), changedBy(caller)];
    const order = orNotFound(await removeOrder(tx, orgId, product));
    const { plans } = await requireCatalogue(tx);
    const names = (await planNames(tx))(product, order.plan);
    if (approve) {
      await this.changes.change(tx, emit, { orgId, product, by, reason }, async (situation) => {
        const offered = offeredPlan(refuse, plans, product, order.plan);
        const asked = { interval: order.billing_interval };
        const choice = await choiceOf(refuse, situation, offered, asked, { operator: true });
        const provider = costs(choice, situation.catalogue) ? 'manual' : 'none';
        return { ...beginNow(situation, choice, provider), action: 'approved' };
      });
    } else {
      await recordChange(tx, { orgId, product, action: 'refused', by, reason, before: { plan: order.plan } });
    }
    const decided = { orgId, product, plan: order.plan, ...names, by, approved: approve, reason };
    await emit(planOrderDecided, decided, { orgId });
    return {};
  }
}
