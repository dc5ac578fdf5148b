import { Controller } from '@nestjs/common';
import { filledDemo, openDemo } from '@tidegate/contracts/identity/demo';
import { memberChanged } from '@tidegate/contracts/identity/members';
import type { Organisation } from '@tidegate/contracts/identity/organisations';
import { conflict, notFound } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { type Emit, Handles, type OperationContext } from '@tidegate/messaging/handler';
import { replaceEntries } from '../audit/audit-entry.rows.ts';
import { findRole, insertMember } from '../kernel/member.rows.ts';
import { listOperators } from '../kernel/user.rows.ts';
import { NewOrganisation } from '../organisations/new-organisation.ts';
import { findOrganisation, toWire } from '../organisations/organisation.rows.ts';
import { lockDemo, noteDemo, setDemoUntil } from './demo.rows.ts';
import { madeUpAudit } from './made-up-audit.rules.ts';

const NAME = 'Harbour Coffee (demo)';

/** The demo and its viewers. Whoever became an operator since it was opened comes in with the next fill. */
@Controller()
export class OpenDemo {
  constructor(private readonly organisations: NewOrganisation) {}

  @Handles(openDemo)
  async handle({ tx, emit }: OperationContext<typeof openDemo>): Promise<Organisation> {
    const known = await lockDemo(tx);
    const operators = (await listOperators(tx)).map(({ id }) => id);
    const found = known && (await findOrganisation(tx.as({ orgId: known })));
    if (known && found) {
      await this.admit(tx.as({ orgId: known }), emit, operators);
      return toWire(found);
    }
    const [first] = operators;
    if (!first)
      throw conflict({}, 'There is no operator who could look at it: npx tidegate users create-admin <email>.');
    const orgId = newId();
    const own = tx.as({ orgId, userId: first });
    const organisation = await this.organisations.create(own, NAME, first, { demo: true });
    await noteDemo(tx, orgId);
    await this.admit(own, emit, operators);
    return organisation;
  }

  @Handles(filledDemo)
  async filled({ input, tx }: OperationContext<typeof filledDemo>) {
    const orgId = await lockDemo(tx);
    const own = tx.as({ orgId });
    if (!orgId || !(await setDemoUntil(own, new Date(input.until)))) throw notFound();
    await replaceEntries(own, madeUpAudit(orgId, Date.parse(input.until)));
    return {};
  }

  private async admit(own: Tx, emit: Emit, operators: readonly string[]): Promise<void> {
    const orgId = own.orgId as string;
    for (const userId of operators) {
      if (await findRole(own, userId)) continue;
      await insertMember(own, userId, 'viewer');
      await emit(memberChanged, { orgId, userId, role: 'viewer' }, { orgId });
    }
  }
}
