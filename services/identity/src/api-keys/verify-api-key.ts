import { Injectable } from '@nestjs/common';
import { verifyKey } from '@tidegate/contracts/identity/api-keys';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { KnownKeys } from './known-keys.ts';

interface Row {
  org_id: string;
  key_id: string;
  scopes: string[];
  created_by: string;
  expires_at: Date | null;
}

/** For the gateway: whose key it is. It has what its scopes say, but never more than its creator's role has now. */
@Injectable()
export class VerifyApiKey {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly known: KnownKeys,
  ) {}

  @Handles(verifyKey)
  async handle({ input }: OperationContext<typeof verifyKey>) {
    const lookup = input.keyHash;
    if (!(await this.known.mayExist(lookup))) throw notFound();
    const row = await this.tenants
      .reader({ lookup })
      .one<Row>('select * from api_keys where key_hash = $1 and (expires_at is null or expires_at > now())', [lookup]);
    if (!row) throw notFound();
    const member = await this.tenants
      .reader({ orgId: row.org_id })
      .one<{ role: Role; version: string }>('select role, version from members where org_id = $1 and user_id = $2', [
        row.org_id,
        row.created_by,
      ]);
    if (!member) throw notFound();
    return {
      keyId: row.key_id,
      orgId: row.org_id,
      userId: row.created_by,
      role: member.role,
      scopes: row.scopes.filter((scope) => ROLE_SCOPES[member.role].includes(scope)),
      expiresAt: row.expires_at?.toISOString() ?? null,
      memberVersion: Number(member.version),
    };
  }
}
