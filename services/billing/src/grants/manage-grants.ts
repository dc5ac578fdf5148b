import { Controller } from '@nestjs/common';
import { createGrant, deleteGrant, listGrants } from '@tidegate/contracts/billing/grants';
import { invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { AnnounceEntitlements } from '../entitlements/announce-entitlements.ts';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import { fits } from '../entitlements/grant.rules.ts';
import { recordChange } from '../kernel/change.rows.ts';
import { grantToWire, insertGrant, listGrantRows, removeGrant } from '../kernel/grant.rows.ts';
import { changedBy, lockBilling } from '../kernel/subscription.rows.ts';
import { wholeSecond } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';

/** What operators give beside plans; each with a reason, and a line in the history. */
@Controller()
export class ManageGrants {
  constructor(private readonly entitlements: AnnounceEntitlements) {}

  @Handles(createGrant)
  async create({ input, caller, tx: operator, emit }: OperationContext<typeof createGrant>) {
    const { organisationId: orgId, feature, op, value, source, reason } = input;
    const tx = await organisation(operator, orgId);
    const { features } = await requireCatalogue(tx);
    const declared = features.find(({ key }) => key === feature);
    if (!declared) {
      throw invalid('/feature', 'unknown', 'Features: {known}.', { known: features.map(({ key }) => key).join(', ') });
    }
    if (!fits(declared.kind, value)) throw invalid('/value', 'wrong_kind', VALUES[declared.kind]);
    const now = await lockBilling(tx, orgId);
    const from = input.from === undefined ? now : Date.parse(input.from);
    const until = input.until === undefined ? null : Date.parse(input.until);
    if (until !== null && until <= Math.max(from, now)) {
      throw invalid('/until', 'in_the_past', 'Give an instant in the future and after `from`.');
    }
    const by = changedBy(caller);
    const row = await insertGrant(tx, orgId, {
      id: newId(),
      feature,
      op,
      value,
      from_at: new Date(wholeSecond(from)),
      until_at: until === null ? null : new Date(until),
      source,
      given_by: by,
      reason,
    });
    const grant = grantToWire(row);
    await recordChange(tx, { orgId, product: declared.product, action: 'granted', by, reason, after: grant });
    await this.entitlements.announce(tx, emit, orgId);
    return grant;
  }

  @Handles(listGrants)
  async list({ input: { organisationId, limit, cursor }, tx }: OperationContext<typeof listGrants>) {
    const own = await organisation(tx, organisationId);
    const rows = await listGrantRows(own, organisationId, limit + 1, readCursor(cursor, 'time', 'uuid'));
    return pageOf(rows, limit, grantToWire, (row) => [row.given, row.id]);
  }

  @Handles(deleteGrant)
  async remove({ input, caller, tx: operator, emit }: OperationContext<typeof deleteGrant>) {
    const { organisationId: orgId, grantId, reason } = input;
    const tx = await organisation(operator, orgId);
    await lockBilling(tx, orgId);
    const before = grantToWire(orNotFound(await removeGrant(tx, orgId, grantId)));
    await recordChange(tx, { orgId, product: null, action: 'grant_removed', by: changedBy(caller), reason, before });
    await this.entitlements.announce(tx, emit, orgId);
    return {};
  }
}

const VALUES = {
  counted: 'Write a whole number, or null for unlimited.',
  metered: 'Write a whole number, or null for unlimited.',
  static: 'Write a whole number.',
  boolean: 'Write true or false.',
  level: 'Write none, basic, premium or unlimited.',
} as const;

/** The operator's transaction, as the organisation. */
async function organisation(operator: Tx, orgId: string): Promise<Tx> {
  const tx = operator.as({ orgId });
  if (!(await findEntitlements(tx, orgId))) throw notFound(undefined, 'No organisation has this id.');
  return tx;
}
