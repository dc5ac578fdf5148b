import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { SetAside } from '@tidegate/runtime/set-aside';
import { Log } from '@tidegate/telemetry/log';
import { type DuePause, endPauses, findDuePauses } from './pause.rows.ts';
import { ProviderChanges } from './provider-changes.ts';

const AT_ONCE = 100;
const AFTER_FAILURE_MS = 3_600_000;

/*
 * Ends the pauses whose time is over of what a payment provider bills: it is asked to resume them, outside of any
 * transaction, and says what follows. What is invoiced here goes on by itself (`apply-due-changes`); then only the record is
 * closed. Two replicas may ask for the same: resuming what runs changes nothing. What is due then is collected as every period is:
 * a card that is declined, or whose bank asks for its holder, leaves the subscription past due. What is refused or waits for
 * somebody on a page stays paused and is asked for again an hour later; nobody else waits for that.
 */
@Injectable()
export class EndPauses {
  private readonly apart = new SetAside(AFTER_FAILURE_MS);

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly provider: ProviderChanges,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'end-pauses', everyMs: 3_600_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const { due, nextInMs } = await findDuePauses(
      this.tenants.reader({ system: 'catalogue' }),
      AT_ONCE,
      this.apart.ids(),
    );
    const failing = ({ orgId }: DuePause) => this.apart.add(orgId);
    await each(due, { signal, log: this.log, what: 'Ending a pause', failing }, (pause) => this.end(pause));
    return due.length === AT_ONCE ? 'again' : this.apart.next(nextInMs);
  }

  private async end({ orgId, product }: DuePause): Promise<void> {
    const billed = await this.tenants.read(orgId, (tx) => this.provider.find(tx, orgId, product));
    if (billed?.subscription.status === 'paused') await this.provider.resume(billed, { byHolder: false });
    await this.tenants.run(orgId, (tx) => endPauses(tx, orgId, product));
  }
}
