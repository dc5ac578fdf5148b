import { Controller, Inject } from '@nestjs/common';
import {
  addDomain,
  askDomain,
  findDomain,
  listDomains,
  MOST_DOMAINS,
  removeDomain,
} from '@tidegate/contracts/identity/domains';
import { conflict, notFound } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { orNotFound, slicePage } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { newToken } from '../kernel/tokens.ts';
import { deleteDomain, findProven, insertDomain, listDomains as rowsOf, toWire } from './domain.rows.ts';
import { plainDomain, requireDomain } from './domain.rules.ts';
import { requireOwner } from './require-owner.ts';

/** Host names of organisations, and whose a name is. */
@Controller()
export class Domains {
  private readonly publicUrl: string;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: Entitlements,
    @Inject(SETTINGS) { publicUrl }: Settings,
  ) {
    this.publicUrl = publicUrl;
  }

  @Handles(addDomain)
  async add({ input, caller, tx, refuse }: OperationContext<typeof addDomain>) {
    const name = requireDomain(input.domain, this.publicUrl);
    const createdBy = await requireOwner(refuse, tx, caller);
    await this.entitlements.feature(tx, 'white_label');
    const rows = await rowsOf(tx);
    const known = rows.find((row) => row.name === name);
    if (!known && rows.length >= MOST_DOMAINS)
      throw conflict({}, `An organisation has at most ${MOST_DOMAINS} domains: remove one first.`);
    const row = known ?? (await insertDomain(tx, { id: newId(), name, token: newToken(), createdBy }));
    return this.wire(orNotFound(row));
  }

  @Handles(listDomains)
  async list({ input, tx }: OperationContext<typeof listDomains>) {
    return slicePage((await rowsOf(tx)).map(this.wire), input);
  }

  @Handles(removeDomain)
  async remove({ input: { domainId }, tx }: OperationContext<typeof removeDomain>) {
    if (!(await deleteDomain(tx, domainId))) throw notFound();
    return {};
  }

  @Handles(askDomain)
  async ask({ input: { domain } }: OperationContext<typeof askDomain>) {
    const { name } = await this.whose(domain);
    return { domain: name };
  }

  @Handles(findDomain)
  async find({ input }: OperationContext<typeof findDomain>) {
    const { org_id: organisationId } = await this.whose(input.name);
    return { organisationId };
  }

  /** Whose plan includes it now: it ends with the plan, and returns with it. */
  private async whose(given: string) {
    const name = plainDomain(given);
    const row = orNotFound(name ? await findProven(this.tenants.reader({ system: 'domains' }), name) : undefined);
    const { org_id: orgId } = row;
    if (!(await this.entitlements.has(this.tenants.reader({ orgId }), 'white_label'))) throw notFound();
    return row;
  }

  private readonly wire = (row: Parameters<typeof toWire>[0]) => toWire(row, new URL(this.publicUrl).hostname);
}
