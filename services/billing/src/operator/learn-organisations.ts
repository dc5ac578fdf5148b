import { Controller } from '@nestjs/common';
import { memberChanged } from '@tidegate/contracts/identity/members';
import {
  describeOrganisations,
  organisationCreated,
  organisationDeleted,
  organisationRenamed,
} from '@tidegate/contracts/identity/organisations';
import { NIL_ID } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { noteGone, noteSignUp } from '../kernel/revenue.rows.ts';
import { findMarked, markProfile, saveProfile } from './profile.rows.ts';

const LEARN = 'learn-organisations';
const AT_ONCE = 50;

/*
 * Names and owners belong to identity. An event only says that they have changed, and the loop asks: so order and repetition
 * of events make no difference. After an upgrade every organisation is marked, and the loop goes on where a restart
 * interrupted it. What belongs to a deleted organisation is purged; its amounts stay in the figures, without a name.
 */
@Controller()
export class LearnOrganisations {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly wakes: Wakes,
  ) {}

  @On(organisationCreated)
  async created({
    data: { orgId, name, ownerUserId, demo },
    event,
    tx,
  }: EventContext<typeof organisationCreated>): Promise<void> {
    if (!demo) await noteSignUp(tx, orgId, event.time);
    await this.mark(tx, orgId, { name, ownerId: ownerUserId, at: event.time });
  }

  @On(organisationRenamed)
  async renamed({ data: { orgId }, event, tx }: EventContext<typeof organisationRenamed>): Promise<void> {
    await this.mark(tx, orgId, { at: event.time });
  }

  /** Owners come and go with members. */
  @On(memberChanged)
  async member({ data: { orgId }, event, tx }: EventContext<typeof memberChanged>): Promise<void> {
    await this.mark(tx, orgId, { at: event.time });
  }

  @On(organisationDeleted)
  async deleted({ data: { orgId }, event, tx }: EventContext<typeof organisationDeleted>): Promise<void> {
    await noteGone(tx.as({ system: 'catalogue' }), orgId, event.time);
  }

  @Loop({ name: LEARN, everyMs: 3_600_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    let after = NIL_ID;
    while (!signal.aborted) {
      const marked = await findMarked(this.tenants.reader({ system: 'catalogue' }), after, AT_ONCE);
      if (marked.length === 0) return;
      after = marked.at(-1)?.org_id ?? NIL_ID;
      const { items } = await this.bus.call(describeOrganisations, {
        organisationIds: marked.map(({ org_id }) => org_id),
      });
      const known = new Map(items.map((item) => [item.id, item]));
      await this.tenants.system('catalogue', async (tx) => {
        for (const one of marked) await saveProfile(tx, one, known.get(one.org_id));
      });
    }
  }

  private async mark(tx: Tx, orgId: string, known: { name?: string; ownerId?: string; at: string }): Promise<void> {
    await markProfile(tx, orgId, known);
    tx.onCommit(() => this.wakes.wake(LEARN));
  }
}
