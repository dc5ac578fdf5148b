import { Controller } from '@nestjs/common';
import { SHARED } from '@tidegate/contracts/billing/entitlements';
import { demoFill, demoRange } from '@tidegate/contracts/kernel/demo';
import { DAY_MS, demoId } from '@tidegate/contracts/kernel/demo-shape';
import { conflict } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { AnnounceEntitlements } from '../entitlements/announce-entitlements.ts';
import { saveDetails } from '../invoices/billing-details.rows.ts';
import { isDemo } from '../kernel/demo.rows.ts';
import { lockBilling, saveStep, saveSubscription } from '../kernel/subscription.rows.ts';
import type { Subscription } from '../kernel/subscription.rules.ts';
import { type CurrentCatalogue, requireCatalogue } from '../plans/catalogue.rows.ts';
import { clearStory, findBegin, insertChange, insertMadeUp } from './demo.rows.ts';
import { beginOf, linesOf, monthsFrom, type Stage, shownBy, stagesOf, subscriptionTo } from './made-up.rules.ts';

const CUSTOMER = {
  name: 'Harbour Coffee Ltd',
  address: '1 Quay Street, Bristol BS1 4XX, GB',
  taxId: 'GB000000000',
  country: 'GB',
};

/** Plans with their history, and the invoices for them: what the other parts of the demo take their limits from. */
@Controller()
export class FillDemo {
  constructor(private readonly entitlements: AnnounceEntitlements) {}

  @Handles(demoFill.billing)
  async handle({ input, tx, emit }: OperationContext<(typeof demoFill)['billing']>) {
    const orgId = tx.orgId ?? '';
    if (!(await isDemo(tx, orgId))) throw conflict({}, 'Only the demo organisation is filled.');
    const now = await lockBilling(tx, orgId);
    const { until } = demoRange(input);
    const catalogue = await requireCatalogue(tx);
    // Its periods stay where they are, or what was used would move into others.
    const begin = (await findBegin(tx))?.getTime() ?? beginOf(until);
    const stages = catalogue.products
      .map(({ product }) => stagesOf(catalogue, product, begin))
      .filter((own) => own.length > 0);
    await clearStory(tx);
    await saveDetails(tx, orgId, CUSTOMER);
    for (const product of [SHARED, ...stages.map((own) => own[0]?.plan.product ?? SHARED)]) {
      const from = new Date(begin).toISOString();
      await saveStep(tx, orgId, product, { from, anchor: from, months: 1 });
    }
    let changes = 0;
    for (const own of stages) changes += await record(tx, own, catalogue, now);
    const months = monthsFrom(begin, until);
    for (const [index, start] of months.entries()) {
      const lines = linesOf(stages, catalogue.currency, start);
      if (lines.length === 0) continue;
      await insertMadeUp(tx, {
        id: demoId(orgId, 'invoice', start),
        number: `DEMO-${String(index + 1).padStart(4, '0')}`,
        paid: index < months.length - 1,
        currency: catalogue.currency,
        start: new Date(start),
        end: new Date(months[index + 1] ?? monthsFrom(start, start + 40 * DAY_MS)[1] ?? start),
        customer: CUSTOMER,
        lines: lines.map((line) => ({ ...line, id: demoId(orgId, `${line.product} ${line.item}`, start) })),
      });
    }
    await this.entitlements.announce(tx, emit, orgId);
    return { next: null, written: { subscriptions: stages.length, changes, invoices: months.length } };
  }
}

async function record(tx: Tx, stages: readonly Stage[], catalogue: CurrentCatalogue, now: number): Promise<number> {
  const orgId = tx.orgId as string;
  let before: Subscription | undefined;
  for (const stage of stages) {
    const after = subscriptionTo(stage, catalogue.currency);
    after.items = shownBy(catalogue, stage.plan, stage.at);
    const { at, action } = stage;
    const id = demoId(orgId, `${after.product} ${after.plan}`, at);
    await insertChange(tx, { id, at: new Date(at), action, before, after });
    before = after;
  }
  if (before) await saveSubscription(tx, orgId, before, now);
  return stages.length;
}
