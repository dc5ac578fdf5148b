import { Controller } from '@nestjs/common';
import { searchOrganisations } from '@tidegate/contracts/billing/operator';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { planNames, requireCatalogue } from '../plans/catalogue.rows.ts';
import { organisationTable } from './list-tables.rules.ts';
import { listOrganisationRows, mrrOf, plansOf } from './organisation-list.rows.ts';

type Sort = 'created' | 'name' | 'mrr';

/** Every organisation, found by what an operator knows of it. */
@Controller()
export class SearchOrganisations {
  @Handles(searchOrganisations)
  async handle({ input, tx: operator }: OperationContext<typeof searchOrganisations>) {
    const tx = operator.as({ system: 'catalogue' });
    const currency = input.currency ?? (await requireCatalogue(tx)).currency;
    const rows = await listOrganisationRows(
      tx,
      { ...input, currency },
      input.limit + 1,
      place(input.cursor, input.sort),
    );
    const ids = rows.map((row) => row.org_id);
    const [plans, mrr, named] = [await plansOf(tx, ids), await mrrOf(tx, ids), await planNames(tx)];
    const found = pageOf(
      rows,
      input.limit,
      (row) => ({
        id: row.org_id,
        name: row.name,
        ownerEmail: row.owner_email,
        demo: row.demo,
        createdAt: row.created_at.toISOString(),
        plans: (plans.get(row.org_id) ?? []).map((one) => ({ ...one, ...named(one.product, one.plan) })),
        mrr: mrr.get(row.org_id) ?? [],
      }),
      (row) => [input.sort, row.key, row.org_id],
    );
    if (input.format !== 'csv') return found;
    return { ...found, csv: organisationTable(found.items, currency, { header: input.cursor === undefined }) };
  }
}

/** A cursor of a list that was sorted by something else is refused. */
function place(cursor: string | undefined, sort: Sort): [string, string] | undefined {
  const read = readCursor(cursor, 'text', sort === 'created' ? 'time' : 'text', 'uuid');
  if (!read) return undefined;
  const [of, key, orgId] = read;
  if (of !== sort || (sort === 'mrr' && !/^\d{1,18}$/.test(key))) {
    throw invalid('/cursor', 'invalid_cursor', 'Send the nextCursor of the page before, with the same `sort`.');
  }
  return [key, orgId];
}
