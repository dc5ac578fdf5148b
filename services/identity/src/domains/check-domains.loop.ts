import { Injectable } from '@nestjs/common';
import { MISSING_DAYS } from '@tidegate/contracts/identity/domains';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { checkLater, type DomainRow, domainsToCheck, noteCheck } from './domain.rows.ts';
import { recordValue } from './domain.rules.ts';
import { DomainRecords } from './domain-records.ts';

/*
 * Each proven domain is checked once a day. A record that is not there for three days takes the domain away, so that
 * whoever buys an expired name does not inherit pages; name servers that do not answer prove nothing and take nothing.
 */
const BATCH = 20;

@Injectable()
export class CheckDomains {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly records: DomainRecords,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'check-domains', everyMs: 600_000 })
  async turn({ signal }: Turn): Promise<void> {
    const due = await domainsToCheck(this.tenants.reader({ system: 'domains' }), BATCH);
    await each(due, { signal, log: this.log, what: 'Checking a domain' }, (one) => this.check(one));
  }

  private async check(row: DomainRow): Promise<void> {
    const texts = await this.records.of(row);
    await this.tenants.system('domains', async (tx) => {
      if (texts === undefined) return checkLater(tx, row);
      const seen = { isThere: texts.includes(recordValue(row.token)), missingDays: MISSING_DAYS };
      const is = await noteCheck(tx, row, seen);
      const { org_id: orgId, name } = row;
      if (is === 'unproven') this.log.warn({ orgId, name }, 'A domain is no longer proven: its record has gone');
      return undefined;
    });
  }
}
