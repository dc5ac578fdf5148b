import { Controller } from '@nestjs/common';
import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { founderOf } from '@tidegate/contracts/identity/organisations';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { type EventContext, Handles, On, type OperationContext } from '@tidegate/messaging/handler';

/** Who made an organisation, and the plan that it is on: what the limits of one person are counted by. */
@Controller()
export class OwnersPlan {
  @Handles(founderOf)
  async founderOf({ input: { organisationId }, tx }: OperationContext<typeof founderOf>) {
    const row = await tx.as({ orgId: organisationId }).one<{ user_id: string }>(
      `select coalesce(o.founded_by, m.user_id) as user_id from organisations o join members m using (org_id)
        where o.org_id = $1 and m.role = 'owner' order by m.joined_at, m.user_id limit 1`,
      [organisationId],
    );
    if (!row) throw notFound();
    return { userId: row.user_id };
  }

  @On(entitlementsChanged)
  async keepPlan({ data: { orgId, plan }, tx }: EventContext<typeof entitlementsChanged>): Promise<void> {
    await tx.query('update organisations set plan = $2 where org_id = $1 and plan is distinct from $2', [orgId, plan]);
  }
}
