import { Controller } from '@nestjs/common';
import { deleteOrganisation } from '@tidegate/contracts/identity/organisations';
import { cleanName } from '@tidegate/contracts/kernel/name';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireMayGrant } from '../kernel/delegation.rules.ts';
import { grantorOf } from '../kernel/grantor.ts';
import { EndOrganisation } from './end-organisation.ts';
import { lockOrganisation } from './organisation.rows.ts';

@Controller()
export class DeleteOrganisation {
  constructor(private readonly organisations: EndOrganisation) {}

  @Handles(deleteOrganisation)
  async handle({ input, caller, tx, emit, refuse }: OperationContext<typeof deleteOrganisation>) {
    const row = orNotFound(await lockOrganisation(tx));
    requireMayGrant(refuse, await grantorOf(tx, caller, deleteOrganisation), 'owner');
    if (input.name !== cleanName(row.name)) {
      throw invalid('/name', 'not_the_name', 'Repeat the organisation’s name exactly to confirm: {name}', row);
    }
    await this.organisations.end(tx, emit);
    return {};
  }
}
