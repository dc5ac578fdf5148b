import { Controller } from '@nestjs/common';
import { endCredit, giveCredit, listCredits, unknownPackage } from '@tidegate/contracts/billing/credits';
import { invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { creditToWire, findCredit, listCreditRows } from '../credits/credit.rows.ts';
import { endUnits, type GivenUnits, giveUnits } from '../credits/give-units.ts';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import { changedBy } from '../kernel/subscription.rows.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';

/** Units that operators give, and take back; each with a reason. */
@Controller()
export class ManageCredits {
  @Handles(giveCredit)
  async give({ input, caller, tx: operator, emit, refuse }: OperationContext<typeof giveCredit>) {
    const { organisationId: orgId, creditKey, priority, source, reason } = input;
    const tx = await organisation(operator, orgId);
    const { packages, features } = await requireCatalogue(tx);
    const pack = packages.find((one) => one.package === input.package);
    if (input.package !== undefined && !pack) {
      const keys = packages.map((one) => one.package);
      throw refuse(unknownPackage, { package: input.package, packages: keys }, `Packages: ${keys.join(', ')}.`);
    }
    if (pack && (input.feature !== undefined || input.amount !== undefined)) {
      throw invalid('/package', 'not_fitting', 'Name a package, or a feature and an amount.');
    }
    const metered = features.filter(({ meter }) => meter !== null && meter.aggregate !== 'time_weighted');
    const declared = metered.find(({ key }) => key === (pack?.feature ?? input.feature));
    if (!declared) {
      throw invalid('/feature', 'unknown', 'Metered features: {known}.', {
        known: metered.map(({ key }) => key).join(', '),
      });
    }
    const amount = pack?.amount ?? input.amount;
    if (amount === undefined) throw invalid('/amount', 'missing', 'Say how many units.');
    const name = input.name ?? pack?.name ?? `${declared.name}: ${amount}`;
    const ends = input.until === undefined ? undefined : new Date(input.until);
    if (ends && ends.getTime() <= clock.now()) throw invalid('/until', 'in_the_past', 'Give an instant in the future.');
    const validity = ends ? { until: ends } : { expiresDays: pack?.expiresDays ?? null };
    const given: GivenUnits = {
      ...{ reference: `given:${creditKey}`, feature: declared.key, name, amount, source, priority, reason },
      ...{ package: pack?.package ?? null, paid: null, by: changedBy(caller), ...validity },
    };
    return creditToWire(await giveUnits(tx, emit, orgId, given));
  }

  @Handles(listCredits)
  async list({ input: { organisationId, limit, cursor }, tx }: OperationContext<typeof listCredits>) {
    const own = await organisation(tx, organisationId);
    const rows = await listCreditRows(own, organisationId, limit + 1, readCursor(cursor, 'time', 'uuid'));
    return pageOf(rows, limit, creditToWire, (row) => [row.given, row.id]);
  }

  @Handles(endCredit)
  async end({ input, caller, tx: operator, emit }: OperationContext<typeof endCredit>) {
    const { organisationId: orgId, creditId: id, reason } = input;
    const tx = await organisation(operator, orgId);
    const ended = await endUnits(tx, emit, { orgId, id, by: changedBy(caller), reason });
    return creditToWire(ended ?? orNotFound(await findCredit(tx, orgId, id)));
  }
}

/** The operator's transaction, as the organisation. */
async function organisation(operator: Tx, orgId: string): Promise<Tx> {
  const tx = operator.as({ orgId });
  if (!(await findEntitlements(tx, orgId))) throw notFound(undefined, 'No organisation has this id.');
  return tx;
}
