import { Controller } from '@nestjs/common';
import { searchOrganisations } from '@tidegate/contracts/billing/operator';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { planNames, requireCatalogue } from '../plans/catalogue.rows.ts';
import { organisationTable } from './list-tables.rules.ts';
import { listOrganisationRows, mrrOf, ORGANISATION_ORDERS, plansOf } from './organisation-list.rows.ts';

/** Every organisation, found by what an operator knows of it. */
@Controller()
export class SearchOrganisations {
  @Handles(searchOrganisations)
  async handle({ input, tx: operator }: OperationContext<typeof searchOrganisations>) {
    const tx = operator.as({ system: 'catalogue' });
    const currency = input.currency ?? (await requireCatalogue(tx)).currency;
    const place = ORGANISATION_ORDERS.place(input);
    const rows = await listOrganisationRows(tx, place, { ...input, currency });
    const ids = rows.map((row) => row.org_id);
    const [plans, mrr, named] = [await plansOf(tx, ids), await mrrOf(tx, ids), await planNames(tx)];
    const found = place.page(rows, (row) => ({
      id: row.org_id,
      name: row.name,
      ownerEmail: row.owner_email,
      demo: row.demo,
      createdAt: row.created_at.toISOString(),
      plans: (plans.get(row.org_id) ?? []).map((one) => ({ ...one, ...named(one.product, one.plan) })),
      mrr: mrr.get(row.org_id) ?? [],
    }));
    if (input.format !== 'csv') return found;
    return { ...found, csv: organisationTable(found.items, currency, { header: input.cursor === undefined }) };
  }
}
