import { Controller, Inject } from '@nestjs/common';
import { domainTaken, domainUnanswered, domainUnproven, proveDomain } from '@tidegate/contracts/identity/domains';
import { orNotFound } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { findDomain, findProven, lockName, markProven, markUnproven, toWire } from './domain.rows.ts';
import { recordName, recordValue } from './domain.rules.ts';
import { DomainRecords } from './domain-records.ts';
import { requireOwner } from './require-owner.ts';

/**
 * A domain belongs to whom its records name. So one that another organisation has proved changes hands when the other's
 * record has gone and ours is there, as after a sale; while both are there it stays where it is.
 */
@Controller()
export class ProveDomain {
  private readonly pointsTo: string;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly records: DomainRecords,
    private readonly entitlements: Entitlements,
    @Inject(SETTINGS) { publicUrl }: Settings,
  ) {
    this.pointsTo = new URL(publicUrl).hostname;
  }

  @Handles(proveDomain)
  async handle({ input: { domainId }, caller, tx, refuse }: OperationContext<typeof proveDomain>) {
    const own = orNotFound(await findDomain(this.tenants.reader({ orgId: tx.orgId }), domainId));
    // Before the transaction: name servers may take their time.
    const texts = await this.records.of(own);
    if (texts === undefined)
      throw refuse(
        domainUnanswered,
        { retryAfterSeconds: 60 },
        'Look at the name servers of the domain, and try again.',
      );
    await requireOwner(refuse, tx, caller);
    await this.entitlements.feature(tx, 'white_label');
    const record = recordName(own.name);
    const found = texts.map((text) => text.slice(0, 200)).slice(0, 5);
    if (!texts.includes(recordValue(own.token)))
      throw refuse(
        domainUnproven,
        { record, found },
        `Set the TXT record ${record} to ${recordValue(own.token)}. What name servers remember of it may take an hour to expire.`,
      );
    await lockName(tx, own.name);
    const system = tx.as({ system: 'domains' });
    const holder = await findProven(system, own.name);
    if (holder && holder.org_id !== tx.orgId) {
      if (texts.includes(recordValue(holder.token)))
        throw refuse(domainTaken, {}, `Remove the other TXT record at ${record} first, if the domain is yours.`);
      await markUnproven(system, holder);
    }
    return toWire(orNotFound(await markProven(tx, domainId)), this.pointsTo);
  }
}
