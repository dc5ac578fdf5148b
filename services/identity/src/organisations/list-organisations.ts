import { Injectable } from '@nestjs/common';
import { listOrganisations } from '@tidegate/contracts/identity/organisations';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { membershipsOf } from '../kernel/user.rows.ts';

@Injectable()
export class ListOrganisations {
  @Handles(listOrganisations)
  async handle({ input, caller, tx }: OperationContext<typeof listOrganisations>) {
    if (caller.kind !== 'user' || !caller.userId) throw forbidden({}, 'An API key belongs to one organisation.');
    const after = readCursor(input.cursor, 'time', 'uuid');
    const rows = await membershipsOf(tx, caller.userId, input.limit + 1, after);
    return pageOf(
      rows,
      input.limit,
      ({ org_id, name, role }) => ({ id: org_id, name, role }),
      (row) => [row.joined, row.org_id],
    );
  }
}
