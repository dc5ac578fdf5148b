import { Controller } from '@nestjs/common';
import { verifyKey } from '@tidegate/contracts/identity/api-keys';
import { LINKED, type LinkedKind } from '@tidegate/contracts/identity/links';
import { ROLE_SCOPES } from '@tidegate/contracts/identity/roles';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { type ApiKeyRow, findActiveKey, toWire } from '../kernel/api-key.rows.ts';
import { findRole } from '../kernel/member.rows.ts';
import { KeyUses } from './key-uses.loop.ts';
import { KnownKeys } from './known-keys.ts';

/** For the gateway: whose key it is. It has its scopes, but never more than its creator's current role. */
@Controller()
export class VerifyApiKey {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly known: KnownKeys,
    private readonly uses: KeyUses,
    private readonly entitlements: Entitlements,
  ) {}

  @Handles(verifyKey)
  async handle({ input: { keyHash } }: OperationContext<typeof verifyKey>) {
    if (!(await this.known.mayExist(keyHash))) throw notFound();
    const row = await findActiveKey(this.tenants.reader({ lookup: keyHash }), keyHash);
    const member = row && (await findRole(this.tenants.reader({ orgId: row.org_id }), row.created_by));
    if (!member) throw notFound();
    this.uses.note(row.key_id);
    const { id: keyId, createdBy: userId, scopes, expiresAt } = toWire(row);
    const only = row.only_kind && (await this.linked(row, row.only_kind));
    return {
      keyId,
      orgId: row.org_id,
      userId,
      role: member.role,
      scopes: scopes.filter((scope) => ROLE_SCOPES[row.restricted ? 'viewer' : member.role].includes(scope)),
      expiresAt,
      memberVersion: Number(member.version),
      ...(only ? { only } : {}),
    };
  }

  /** A link works while the plan includes links. */
  private async linked({ org_id: orgId, only_id: id }: ApiKeyRow, kind: LinkedKind) {
    const has = await this.entitlements.has(this.tenants.reader({ orgId }), 'white_label');
    if (!has || id === null) throw notFound();
    return { parameter: LINKED[kind].parameter, id };
  }
}
