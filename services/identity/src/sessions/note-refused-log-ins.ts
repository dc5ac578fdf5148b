import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { login } from '@tidegate/contracts/identity/sessions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Log } from '@tidegate/telemetry/log';
import { recordRefused } from '../audit/note-refused.ts';
import { LogInRefusals } from '../authentication/log-in-refusals.ts';
import { membershipsOf } from '../kernel/member.rows.ts';

/** Within it the log has one already. */
const AGAIN_MS = 3_600_000;
const MOST_PEOPLE = 10_000;
/** Of a person; who is in more sees it in those that they joined first. */
const MOST_ORGANISATIONS = 20;

/**
 * A wrong password for an account is in the audit log of each organisation that it is a member of. Whoever guesses
 * decides how often: so the first in an hour is recorded, and it is done beside the answer, whose time must not tell
 * whether there is such an account.
 */
@Injectable()
export class NoteRefusedLogIns implements OnApplicationBootstrap {
  private readonly recent = new Map<string, number>();

  constructor(
    private readonly refusals: LogInRefusals,
    private readonly tenants: TenantDatabase,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.refusals.onWrongPassword((userId, address) => void this.note(userId, address));
  }

  private async note(userId: string, address: string | undefined): Promise<void> {
    const now = performance.now();
    if ((this.recent.get(userId) ?? 0) > now) return;
    if (this.recent.size >= MOST_PEOPLE) this.recent.clear();
    this.recent.set(userId, now + AGAIN_MS);
    try {
      const own = this.tenants.reader({ userId });
      for (const { org_id: orgId } of await membershipsOf(own, userId, MOST_ORGANISATIONS)) {
        await this.tenants.run(orgId, (tx) =>
          recordRefused(tx, {
            action: login.name,
            actor: { kind: 'person', userId, ...(address ? { address } : {}) },
            thing: { kind: 'session', id: null },
          }),
        );
      }
    } catch (error) {
      this.recent.delete(userId);
      this.log.warn({ error, userId }, 'A refused log-in could not be recorded');
    }
  }
}
