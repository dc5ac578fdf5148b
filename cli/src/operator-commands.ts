import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPlans, diffPlans, exportPlans, movePlans, validatePlans } from '@tidegate/contracts/billing/plans';
import { publishPrices } from '@tidegate/contracts/billing/publish';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { linkFor, setPassword } from '@tidegate/contracts/identity/passwords';
import { createAdmin } from '@tidegate/contracts/identity/users';
import { type DeadLetter, deadLetters } from '@tidegate/contracts/kernel/dead-letters';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import type { Bus } from '@tidegate/messaging/bus';
import { describeMove } from './describe-move.ts';
import { describePublish } from './describe-publish.ts';
import { ROOT } from './kernel/installation.ts';
import { asOperator } from './operator.ts';

const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

/** The named file, or the one that ships with Tidegate. */
function readCatalogue(file = join(ROOT, 'plans', 'tidegate.yaml')): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new Error(`${file} ${why}.\n  Fix: name the YAML file of the plan catalogue.`, { cause: error });
  }
}

export async function checkPlans(file?: string): Promise<void> {
  const yaml = readCatalogue(file);
  print(await asOperator((bus) => bus.call(validatePlans, { yaml })));
}

export async function diffPlanFile(file?: string): Promise<void> {
  const yaml = readCatalogue(file);
  print(await asOperator((bus) => bus.call(diffPlans, { yaml })));
}

export async function applyPlanFile(file?: string): Promise<void> {
  const yaml = readCatalogue(file);
  print(await asOperator((bus) => bus.call(applyPlans, { yaml })));
}

/** Prints the text itself, so that `> plans.yaml` restores the file that was applied. */
export async function exportPlanFile(version: string | undefined): Promise<void> {
  const input = version === undefined ? {} : { version: Number(version) };
  const { yaml } = await asOperator((bus) => bus.call(exportPlans, input));
  process.stdout.write(yaml);
}

/** Shows what will move, then moves it, unless another version of the plan came into force in the meantime. */
export async function movePlan(
  from: string,
  { to, at, dryRun }: { to: string | undefined; at: string | undefined; dryRun: boolean },
): Promise<void> {
  if (!/^[^.]+\.[^.]+$/.test(from))
    throw new Error('Name the plan that they have with its product: --from monitoring.pro');
  // The operation refuses any other value and lists the valid ones.
  const when = at?.replace('-', '_') as 'now' | 'period_end' | undefined;
  const order = {
    from,
    ...(to && { to: to.includes('.') ? to : `${from.split('.')[0]}.${to}` }),
    ...(when && { at: when }),
  };
  await asOperator(async (bus) => {
    const shown = await bus.call(movePlans, { ...order, dryRun: true });
    process.stdout.write(describeMove(shown));
    if (dryRun) return void process.stdout.write('Dry run: nothing was changed.\n');
    if (shown.subscriptions === 0) return;
    const { subscriptions } = await bus.call(movePlans, { ...order, toVersion: shown.version });
    process.stdout.write(shown.at === 'now' ? `Moved: ${subscriptions}.\n` : `Scheduled: ${subscriptions}.\n`);
  });
}

/** Shows what Stripe lacks of the catalogue in force, then creates it. */
export async function publishToStripe({ dryRun }: { dryRun: boolean }): Promise<void> {
  await asOperator(async (bus) => {
    const shown = await bus.call(publishPrices, { dryRun: true });
    process.stdout.write(describePublish(shown));
    if (dryRun) return void process.stdout.write('Dry run: nothing was changed.\n');
    if (shown.changes.every(({ change }) => change === 'unchanged')) return;
    await bus.call(publishPrices, {});
    process.stdout.write('Published.\n');
  });
}

export async function makeAdmin(email: string): Promise<void> {
  print(await asOperator((bus) => bus.call(createAdmin, { email })));
}

export async function resetPassword(email: string): Promise<void> {
  print(await asOperator((bus) => bus.call(setPassword, { email })));
}

/** What a mail would have said. The person sees in their account that the link was made. */
export async function linkForUser(email: string, purpose: string): Promise<void> {
  if (purpose !== 'verify' && purpose !== 'reset') throw new Error('--for is verify or reset.');
  print(await asOperator((bus) => bus.call(linkFor, { email, purpose })));
}

export async function subscribe(organisationId: string, plan: string, interval: string | undefined): Promise<void> {
  const chosen = interval === undefined ? {} : { interval: interval as 'month' | 'year' };
  // `monitoring.pro`, or the plan alone where only one product has one of this name.
  const [product, named] = plan.includes('.') ? plan.split('.', 2) : [undefined, plan];
  const wanted = { plan: named ?? '', ...(product !== undefined && { product }) };
  print(await asOperator((bus) => bus.call(setSubscription, { organisationId, ...wanted, ...chosen })));
}

type ServiceWithEvents = keyof typeof deadLetters;

function servicesOf(service: string | undefined): ServiceWithEvents[] {
  const known = Object.keys(deadLetters) as ServiceWithEvents[];
  if (service === undefined) return known;
  const found = known.find((name) => name === service);
  if (!found) throw new Error(`There is no service ${service}. Services: ${known.join(', ')}`);
  return [found];
}

export async function listDeadLetters(options: { service: string | undefined; json: boolean }): Promise<void> {
  const names = servicesOf(options.service);
  const letters = await asOperator(async (bus) => {
    const found: (DeadLetter & { service: string })[] = [];
    for (const service of names) for (const letter of await allOf(bus, service)) found.push({ service, ...letter });
    return found;
  });
  if (options.json) return print(letters);
  for (const letter of letters) print(letter);
  // On stderr, for people: the output for scripts stays empty.
  if (letters.length === 0) process.stderr.write('There are no dead letters.\n');
}

async function allOf(bus: Bus, service: ServiceWithEvents): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for (let cursor: string | undefined; ; ) {
    const { items, nextCursor } = await bus.call(deadLetters[service].list, { limit: 200, cursor });
    found.push(...items);
    if (!nextCursor || items.length === 0) return found;
    cursor = nextCursor;
  }
}

export const replayDeadLetter = (id: string, service: string | undefined): Promise<void> =>
  inOwningService(id, service, 'replay', (bus, name) => bus.call(deadLetters[name].replay, { id }));

export const discardDeadLetter = (
  id: string,
  service: string | undefined,
  reason = 'discarded by the operator',
): Promise<void> =>
  inOwningService(id, service, 'discard', (bus, name) => bus.call(deadLetters[name].discard, { id, reason }));

/** Nobody knows beforehand which service has the letter: each is asked. */
async function inOwningService(
  id: string,
  service: string | undefined,
  what: string,
  work: (bus: Bus, name: ServiceWithEvents) => Promise<unknown>,
): Promise<void> {
  const names = servicesOf(service);
  await asOperator(async (bus) => {
    for (const name of names) {
      if (await found(() => work(bus, name))) return print({ service: name, id, [what]: true });
    }
    throw new Error(`No service has the dead letter ${id}.`);
  });
}

/** Returns false when this service does not have it; another may. */
async function found(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'not_found') return false;
    throw error;
  }
}
