import { Controller } from '@nestjs/common';
import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import {
  type Deletion,
  endSweep,
  expireDeletions,
  giveBackDeletion,
  nextDeletion,
  noteDeleted,
  saveProgress,
  takeDeletion,
  waitForWriters,
} from '@tidegate/database/deleted-organisations';
import { purgeOrganisation } from '@tidegate/database/purge-organisation';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { Log } from '@tidegate/telemetry/log';
import { deleteDataKey } from '@tidegate/vault/data-key.rows';
import { each } from './each.ts';
import { Loop, type Turn, type TurnResult } from './loop.ts';
import { Wakes } from './wakes.ts';

export const PURGE_ORGANISATIONS = 'purge-organisations';
const REPORT_MS = 60_000;
/** Well before the lease on the sweep expires. */
const SAVE_MS = 15_000;

/*
 * In every service with a schema: what belongs to a deleted organisation is deleted with it.
 *   noted (nothing is written for it any more) → swept in batches, going on where a restart interrupted it → swept
 *   again for what came late → remembered for 400 days → expired
 * One that fails is retried a minute later, after the others.
 */
@Controller()
export class PurgeOrganisation {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly wakes: Wakes,
    private readonly log: Log,
  ) {}

  @On(organisationDeleted)
  async handle({ data: { orgId }, tx }: EventContext<typeof organisationDeleted>): Promise<void> {
    await noteDeleted(tx, orgId);
    tx.onCommit(() => this.wakes.wake(PURGE_ORGANISATIONS));
  }

  @Loop({ name: PURGE_ORGANISATIONS, everyMs: 30_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    // Nearly always there is nothing to do: that costs one read.
    const next = await nextDeletion(this.tenants.reader({}));
    if (next === undefined || next > 0) return next;
    const deletion = await this.tenants.as({}, takeDeletion);
    if (!deletion) return;
    await each([deletion], { signal, log: this.log, what: 'Purging an organisation' }, () =>
      this.sweep(deletion, signal),
    );
    return 'again';
  }

  @Loop({ name: 'expire-deletions', everyMs: 86_400_000 })
  async expire(): Promise<void> {
    await this.tenants.as({}, async (tx) => {
      for (const orgId of await expireDeletions(tx)) {
        await deleteDataKey(tx.as({ orgId }), orgId);
      }
    });
  }

  private async sweep(deletion: Deletion, signal: AbortSignal): Promise<void> {
    const { org_id: orgId, place } = deletion;
    if (!place && !(await waitForWriters(this.tenants.reader({}), signal))) {
      return this.tenants.as({}, (tx) => giveBackDeletion(tx, orgId));
    }
    let [saved, reported] = [performance.now(), performance.now()];
    const whole = await purgeOrganisation(this.tenants, orgId, {
      from: place,
      signal,
      reached: async (tx, at, rows) => {
        if (rows === 0 && performance.now() - saved < SAVE_MS) return;
        saved = performance.now();
        await saveProgress(tx, orgId, at, rows);
        if (performance.now() - reported < REPORT_MS) return;
        reported = performance.now();
        this.log.info({ orgId, ...at }, 'A deleted organisation is being purged');
      },
    });
    if (!whole) return this.tenants.as({}, (tx) => giveBackDeletion(tx, orgId));
    const rows = await this.tenants.as({}, (tx) => endSweep(tx, deletion));
    this.log.info({ orgId, rows, sweep: deletion.sweeps + 1 }, 'A deleted organisation was purged');
  }
}
