import { Controller } from '@nestjs/common';
import { organisationStory } from '@tidegate/contracts/billing/operator';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import { findStory } from './story.rows.ts';

/** Everything that happened to one organisation, in one order. */
@Controller()
export class OrganisationStory {
  @Handles(organisationStory)
  async handle({ input, tx: operator }: OperationContext<typeof organisationStory>) {
    const { organisationId: orgId, limit, cursor } = input;
    const tx = operator.as({ orgId });
    if (!(await findEntitlements(tx, orgId))) throw notFound(undefined, 'No organisation has this id.');
    const rows = await findStory(tx, orgId, limit + 1, readCursor(cursor, 'time', 'text'));
    return pageOf(
      rows,
      limit,
      ({ moment: _, at, ...entry }) => ({ ...entry, at: at.toISOString() }),
      (row) => [row.moment, row.id],
    );
  }
}
