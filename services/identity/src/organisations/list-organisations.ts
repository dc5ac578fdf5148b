import { Injectable } from '@nestjs/common';
import { listOrganisations } from '@tidegate/contracts/identity/organisations';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { membershipsOf } from '../accounts/user.rows.ts';

@Injectable()
export class ListOrganisations {
  @Handles(listOrganisations)
  async handle({ caller, tx }: Call<typeof listOrganisations>) {
    if (caller.kind !== 'user' || !caller.userId) throw forbidden({}, 'An API key belongs to one organisation.');
    const memberships = await membershipsOf(tx, caller.userId);
    return { items: memberships.map(({ org_id, name, role }) => ({ id: org_id, name, role })) };
  }
}
