import { readLookupKey } from '@tidegate/billing/stripe/prices/lookup-key.rules';
import { findMoving, isDeleted } from '@tidegate/database/move/moving-organisations';
import { VERSION } from '../kernel/installation.ts';
import { decimalsOf, findOrganisation, isPublished, sameVersion } from './move.rows.ts';
import type { Header } from './move-file.ts';
import { type MovingService, serviceOf } from './moving-services.ts';

/** Whether an installation can take what a file has, before anything of it is written. */
export interface Fit {
  /** new: nothing of it is here; partly: an import was killed between two commits; arrived: this very file is here. */
  state: 'new' | 'partly' | 'arrived';
  /** Services that have their part. */
  written: ReadonlySet<string>;
  /** Versions of plans whose number is another one here. */
  numbers: ReadonlyMap<string, number>;
}

export async function checkFits(
  services: readonly MovingService[],
  header: Header,
  { sameStripeAccount }: { sameStripeAccount: boolean },
): Promise<Fit> {
  const { organisation, release, stripeCustomers } = header;
  if (release !== VERSION)
    throw new Error(
      `The file is of release ${release}, and this is ${VERSION}: their tables may differ. Nothing was changed.\n  Fix: bring both installations to the same release (docs/operations.md#upgrade) and export again.`,
    );
  const standing = await standingOf(services, header);
  if (standing.state === 'arrived') return { ...standing, numbers: new Map() };
  if (stripeCustomers.length > 0 && !sameStripeAccount)
    throw new Error(
      `${organisation.name} is a customer at Stripe (${stripeCustomers.join(', ')}), which this installation can only go on with in the same account of Stripe. Nothing was changed.\n  Fix: if both have the keys of one account, --same-stripe-account; else end its subscriptions there, give it a plan by hand (npx tidegate subscriptions set), and export again.`,
    );
  const usage = serviceOf(services, 'usage').tenants.reader({});
  for (const { meter, decimals } of header.meters) {
    const here = await decimalsOf(usage, meter);
    if (here !== decimals)
      throw new Error(
        `The meter ${meter} is counted with ${decimals} decimals there and ${here} here. Nothing was changed.\n  Fix: apply the same catalogue here: npx tidegate plans export there, npx tidegate plans apply here.`,
      );
  }
  const numbers = await numbersOf(services, header);
  await checkPrices(services, header, numbers);
  return { ...standing, numbers };
}

/** Stripe names what it sells by versions: they have to be called the same here, and to be known. */
async function checkPrices(
  services: readonly MovingService[],
  { stripePrices }: Header,
  numbers: Fit['numbers'],
): Promise<void> {
  const billing = serviceOf(services, 'billing').tenants.reader({});
  for (const price of stripePrices) {
    const sold = readLookupKey(price.lookupKey);
    if (sold && sold.kind !== 'package') {
      const { product, version } = sold;
      const [of, name] = sold.kind === 'addon' ? ['addon', sold.addon] : ['plan', sold.plan];
      const here = numbers.get([of, product, name, version].join(' '));
      if (here !== undefined)
        throw new Error(
          `At Stripe it pays for version ${version} of ${product}.${name}, which is version ${here} here: one account of Stripe cannot have both. Nothing was changed.\n  Fix: move it to a plan whose versions have the same number in both (npx tidegate plans diff compares), or end its subscriptions at Stripe first.`,
        );
    }
    if (!(await isPublished(billing, price)))
      throw new Error(
        `At Stripe it pays the price ${price.id} (${price.lookupKey}), which this installation does not know: it has published nothing there, or has keys of another account. Nothing was changed.\n  Fix: with the keys of the same account, npx tidegate stripe sync.`,
      );
  }
}

async function standingOf(
  services: readonly MovingService[],
  { organisation: { id, name }, exportId }: Header,
): Promise<Pick<Fit, 'state' | 'written'>> {
  const written = new Set<string>();
  let arrived = 0;
  for (const { service, tenants } of services) {
    const tx = tenants.reader({ orgId: id });
    if (await isDeleted(tx, id))
      throw new Error(
        `${name} (${id}) was here and was deleted; what was deleted does not come back. Nothing was changed.`,
      );
    const moving = await findMoving(tx, id);
    if (moving?.state === 'frozen')
      throw new Error(
        `${name} (${id}) is here, frozen. Nothing was changed.\n  Fix: npx tidegate organisations thaw ${id} lets it go on here.`,
      );
    if (moving?.exportId === exportId) {
      written.add(service);
      if (moving.state === 'arrived') arrived += 1;
    } else if (moving?.state === 'arriving')
      throw new Error(
        `An import of ${name} from another file was interrupted (${moving.exportId}). Nothing was changed.\n  Fix: import that file again, which ends it; or npx tidegate organisations remove ${id} takes away what it has brought.`,
      );
  }
  const identity = serviceOf(services, 'identity');
  if (!written.has('identity') && (await findOrganisation(identity.tenants.reader({ orgId: id }), id)))
    throw new Error(
      `${name} (${id}) is here already. Nothing was changed.\n  Fix: an organisation is imported once; delete it first if this is a rehearsal.`,
    );
  const state = arrived === services.length ? 'arrived' : written.size > 0 ? 'partly' : 'new';
  return { state, written };
}

async function numbersOf(services: readonly MovingService[], { versions }: Header): Promise<Map<string, number>> {
  const billing = serviceOf(services, 'billing').tenants.reader({});
  const numbers = new Map<string, number>();
  const missing: string[] = [];
  for (const version of versions) {
    const { of, product, name, version: there } = version;
    const here = await sameVersion(billing, version);
    if (here === undefined) missing.push(`${of} ${product}.${name} (version ${there})`);
    else if (here !== there) numbers.set([of, product, name, there].join(' '), here);
  }
  if (missing.length === 0) return numbers;
  throw new Error(
    `This installation does not sell the same as ${missing.join(', ')}. Nothing was changed.\n  Fix: apply the catalogue here that has it (npx tidegate plans export there, npx tidegate plans apply here), or move the organisation to a plan that both have (npx tidegate subscriptions set) and export again.`,
  );
}
