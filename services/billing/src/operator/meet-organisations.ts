import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { describeOrganisations } from '@tidegate/contracts/identity/organisations';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { holdsConnection } from '@tidegate/database/one-connection';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import type { BusContext } from '@tidegate/messaging/bus-transport';
import type { OperationContext } from '@tidegate/messaging/handler';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';

/**
 * Before every handler that an operator names an organisation to: one that has just signed up, and whose event has not
 * arrived here, begins now. Identity says whether it exists; what it does not know is left to the handler, which says
 * that there is none, or shows what outlived it.
 */
@Injectable()
export class MeetOrganisations implements CanActivate {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
  ) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const rpc = context.switchToRpc();
    const { scope, http } = rpc.getContext<BusContext>().contract as Partial<Operation>;
    if (scope !== 'operator' || !http?.[1].includes('{organisationId}')) return true;
    const { input } = rpc.getData<OperationContext>();
    return this.meet((input as { organisationId: string }).organisationId);
  }

  /** It opens no transaction: handlers do slow work before their first query. */
  private async meet(orgId: string): Promise<true> {
    // What a thing was before its change is asked within the transaction of a handler that has passed here already.
    if (holdsConnection() || (await findEntitlements(this.tenants.reader({ orgId }), orgId))) return true;
    const { items } = await this.bus.call(describeOrganisations, { organisationIds: [orgId] });
    if (items.length > 0) await this.bus.call(getEntitlements, {}, { orgId });
    return true;
  }
}
