import { Injectable } from '@nestjs/common';
import { checkSession } from '@tidegate/contracts/identity/sessions';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findOwnSession } from './sessions.ts';

@Injectable()
export class CheckSession {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(checkSession)
  async handle({ input: { sessionId, userId } }: OperationContext<typeof checkSession>) {
    const row = await this.tenants.as({ userId }, (tx) => findOwnSession(tx, userId, sessionId));
    if (!row || row.revoked_at || row.expires_at.getTime() <= Date.now()) throw notFound();
    return { expiresAt: row.expires_at.toISOString() };
  }
}
