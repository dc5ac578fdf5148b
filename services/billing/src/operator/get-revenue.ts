import { Controller } from '@nestjs/common';
import { getRevenue, type REVENUE_TABLES, RevenueFigures } from '@tidegate/contracts/billing/operator';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { planNames, requireCatalogue } from '../plans/catalogue.rows.ts';
import { csvOf } from './csv.rules.ts';
import { addCustomer, emptySums, figuresOf, monthAfter, monthOf, monthsBetween, startOf } from './revenue.rules.ts';
import { eachCustomer } from './revenue-fact.rows.ts';

const MAX_MONTHS = 36;

/** Computed from what was written down with each change: asked again, a month that is over is the same. */
@Controller()
export class GetRevenue {
  @Handles(getRevenue)
  async handle({ input, tx }: OperationContext<typeof getRevenue>) {
    const now = clock.now();
    const to = input.to ?? monthOf(now);
    const from = input.from ?? monthAfter(to, -11);
    if (to > monthOf(now)) throw invalid('/to', 'in_the_future', 'Give the present month or an earlier one.');
    if (from > to) throw invalid('/from', 'after_the_end', 'Give a month that is not after `to`.');
    const months = monthsBetween(from, to);
    if (months.length > MAX_MONTHS)
      throw invalid('/from', 'too_long', 'Ask for {months} months at most.', { months: MAX_MONTHS });
    const currency = input.currency ?? (await requireCatalogue(tx)).currency;
    const end = Math.min(now, startOf(monthAfter(to)));
    const sums = emptySums({ currency, months, now });
    await eachCustomer(tx, end, (facts) => addCustomer(sums, facts));
    const named = await planNames(tx);
    const { plans, ...others } = figuresOf(sums);
    const figures = { ...others, plans: plans.map((one) => ({ ...one, ...named(one.product, one.plan) })) };
    return {
      currency,
      from,
      to,
      asOf: new Date(end).toISOString(),
      ...figures,
      ...(input.format === 'csv' && { csv: tableOf(figures, input.table) }),
    };
  }
}

/** The columns as the contract names them. */
const tableOf = (
  figures: Pick<RevenueFigures, (typeof REVENUE_TABLES)[number]>,
  table: (typeof REVENUE_TABLES)[number],
): string => csvOf(Object.keys(RevenueFigures.shape[table].element.shape), figures[table]);
