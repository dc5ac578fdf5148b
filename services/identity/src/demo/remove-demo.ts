import { Controller } from '@nestjs/common';
import { removeDemo } from '@tidegate/contracts/identity/demo';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { EndOrganisation } from '../organisations/end-organisation.ts';
import { lockOrganisation } from '../organisations/organisation.rows.ts';
import { deleteDemo, lockDemo } from './demo.rows.ts';

/** As any organisation is deleted; every service purges what it has of it. */
@Controller()
export class RemoveDemo {
  constructor(private readonly organisations: EndOrganisation) {}

  @Handles(removeDemo)
  async handle({ tx, emit }: OperationContext<typeof removeDemo>) {
    const orgId = await lockDemo(tx);
    await deleteDemo(tx);
    const own = tx.as({ orgId });
    if (!orgId || !(await lockOrganisation(own))) throw notFound({}, 'There is no demo organisation.');
    await this.organisations.end(own, emit);
    return {};
  }
}
