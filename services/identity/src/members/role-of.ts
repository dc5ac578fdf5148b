import { Injectable } from '@nestjs/common';
import { roleOf } from '@tidegate/contracts/identity/members';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';

/** A session may act in any organisation of its person, request by request: this is what it may do there. */
@Injectable()
export class RoleOf {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(roleOf)
  async handle({ input: { organisationId, userId } }: OperationContext<typeof roleOf>) {
    const row = await this.tenants
      .reader({ orgId: organisationId })
      .one<{ role: Role; version: string }>('select role, version from members where org_id = $1 and user_id = $2', [
        organisationId,
        userId,
      ]);
    if (!row) throw notFound();
    return { role: row.role, scopes: [...ROLE_SCOPES[row.role]], memberVersion: Number(row.version) };
  }
}
