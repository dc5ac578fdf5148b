import { Controller } from '@nestjs/common';
import {
  describeOrganisations,
  getOrganisation,
  listOrganisations,
  type Organisation,
  organisationRenamed,
  renameOrganisation,
} from '@tidegate/contracts/identity/organisations';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countMemberships, membershipsOf, toOwn } from '../kernel/member.rows.ts';
import { findOrganisation, findOwners, renameOrganisation as rename, toWire } from './organisation.rows.ts';

/** The organisation in which the caller acts, and those in which they can act. */
@Controller()
export class Organisations {
  @Handles(getOrganisation)
  async get({ tx }: OperationContext<typeof getOrganisation>): Promise<Organisation> {
    return toWire(orNotFound(await findOrganisation(tx)));
  }

  @Handles(renameOrganisation)
  async rename({ input, tx, emit }: OperationContext<typeof renameOrganisation>): Promise<Organisation> {
    const renamed = toWire(orNotFound(await rename(tx, input.name)));
    await emit(organisationRenamed, { orgId: renamed.id, name: renamed.name });
    return renamed;
  }

  @Handles(describeOrganisations)
  async describe({ input, tx }: OperationContext<typeof describeOrganisations>) {
    const items: (Organisation & { ownerEmail: string | null; ownerIds: string[] })[] = [];
    for (const orgId of new Set(input.organisationIds)) {
      const own = tx.as({ orgId });
      const row = await findOrganisation(own);
      if (!row) continue;
      const owners = await findOwners(own);
      items.push({ ...toWire(row), ownerEmail: owners[0]?.email ?? null, ownerIds: owners.map(({ id }) => id) });
    }
    return { items };
  }

  @Handles(listOrganisations)
  async list({ input, caller, tx }: OperationContext<typeof listOrganisations>) {
    if (caller.kind !== 'user' || !caller.userId) throw forbidden({}, 'An API key belongs to one organisation.');
    const after = readCursor(input.cursor, 'time', 'uuid');
    const { count, search } = input;
    const rows = await membershipsOf(tx, caller.userId, input.limit + 1, after, search);
    const page = pageOf(rows, input.limit, toOwn, (row) => [row.joined, row.org_id]);
    return { ...page, total: count ? await countMemberships(tx, caller.userId, search) : null };
  }
}
