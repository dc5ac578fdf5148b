import { Controller } from '@nestjs/common';
import { COST_TABLES, CostFigures, getCosts } from '@tidegate/contracts/billing/costs';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Log } from '@tidegate/telemetry/log';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { chargedUsage } from './charged-usage.rows.ts';
import { type Costing, costFigures, type Used } from './cost.rules.ts';
import { csvOf } from './csv.rules.ts';
import { namesOf } from './profile.rows.ts';
import { type Fact, monthAfter, monthOf, startOf } from './revenue.rules.ts';
import { eachCustomer } from './revenue-fact.rows.ts';

/** Organisations about which usage is asked side by side. */
const AT_ONCE = 16;
const ANSWER_MS = 5_000;

/** What the use of a month costs against what it brings. Usage is asked, so no transaction may be open then. */
@Controller()
export class GetCosts {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  @Handles(getCosts)
  async handle({ input }: OperationContext<typeof getCosts>) {
    const now = Date.now();
    const month = input.month ?? monthOf(now);
    if (month > monthOf(now)) throw invalid('/month', 'in_the_future', 'Give the present month or an earlier one.');
    const end = Math.min(now, startOf(monthAfter(month)));
    const read = await this.tenants.as({}, async (tx) => {
      const { currency, features } = await requireCatalogue(tx);
      const wanted = input.currency ?? currency;
      const costing = features.flatMap(({ key, product, cost, meter }): Costing[] => {
        const unitCost = cost?.[wanted];
        return unitCost === undefined ? [] : [{ meter: key, product, unitCost, decimals: meter?.decimals ?? 0 }];
      });
      const customers: { organisationId: string; facts: Fact[] }[] = [];
      await eachCustomer(tx, end, (facts) => {
        const organisationId = facts[0]?.customer ?? '';
        if (input.organisationId && organisationId !== input.organisationId) return;
        if (!facts.some(({ status }) => status === 'deleted')) customers.push({ organisationId, facts: newest(facts) });
      });
      return { currency: wanted, costing, customers };
    });
    const span = {
      from: new Date(startOf(month)).toISOString(),
      to: new Date(startOf(monthAfter(month))).toISOString(),
    };
    const charged = await this.tenants.system('billing', (tx) =>
      chargedUsage(tx, { from: startOf(month), to: end, currency: read.currency, orgId: input.organisationId }),
    );
    const used: Used[] = [];
    let unknown = 0;
    for (let from = 0; from < read.customers.length; from += AT_ONCE) {
      const some = read.customers.slice(from, from + AT_ONCE);
      const sums = await Promise.all(some.map((one) => this.quantities(one.organisationId, read.costing, span)));
      for (const [index, one] of some.entries()) {
        if (!sums[index]) unknown += 1;
        used.push({
          ...one,
          quantities: sums[index] ?? new Map(),
          charged: charged.get(one.organisationId) ?? new Map(),
        });
      }
    }
    const { meters, plans, organisations } = costFigures(read.costing, used, read.currency);
    const listed = organisations.slice(0, input.limit);
    const names = await namesOf(
      this.tenants.reader({ system: 'catalogue' }),
      listed.map(({ organisationId }) => organisationId),
    );
    const named = listed.map(({ organisationId, ...row }) => ({
      organisationId,
      name: names.get(organisationId) ?? '',
      ...row,
    }));
    const shown = { meters, plans, organisations: named };
    const csv = input.format === 'csv' ? { csv: tableOf(shown, input.table) } : {};
    return { currency: read.currency, month, asOf: new Date(end).toISOString(), unknown, ...shown, ...csv };
  }

  /** By meter; undefined when usage did not answer. */
  private async quantities(
    orgId: string,
    costing: readonly Costing[],
    span: { from: string; to: string },
  ): Promise<Map<string, number> | undefined> {
    if (costing.length === 0) return new Map();
    try {
      const spans = costing.map(({ meter }) => ({ meter, ...span }));
      // What prepaid units paid for costs as much as the rest.
      const asked = { spans, covered: true };
      const { covered } = await this.bus.call(sumUsage, asked, { orgId, deadlineMs: ANSWER_MS });
      return new Map(costing.map(({ meter }, index) => [meter, covered?.[index]?.used ?? 0]));
    } catch (error) {
      this.log.warn({ error, orgId }, 'Usage does not say what was used');
      return undefined;
    }
  }
}

/** What is had of each product at the end. */
function newest(facts: readonly Fact[]): Fact[] {
  const found = new Map<string, Fact>();
  for (const fact of facts.toSorted((a, b) => a.at - b.at)) if (fact.product !== '') found.set(fact.product, fact);
  return [...found.values()];
}

/** The columns as the contract names them. */
const tableOf = (
  figures: Pick<CostFigures, (typeof COST_TABLES)[number]>,
  table: (typeof COST_TABLES)[number],
): string =>
  csvOf(
    Object.keys(CostFigures.shape[table].element.shape),
    figures[table].map((row) => ('plans' in row ? { ...row, plans: row.plans.join(' ') } : row)),
  );
