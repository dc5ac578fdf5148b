import { readFileSync } from 'node:fs';
import { applyPlans, diffPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { createAdmin } from '@tidegate/contracts/identity/users';
import { deadLetters } from '@tidegate/contracts/kernel/dead-letters';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { asOperator } from './operator.ts';

const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

function need(value: string | undefined, usage: string): string {
  if (value === undefined) throw new Error(`Usage: tidegate ${usage}`);
  return value;
}

export async function plans(action: string | undefined, file = 'plans/default.yaml'): Promise<void> {
  const yaml = readFileSync(file, 'utf8');
  if (action === 'diff') print(await asOperator((bus) => bus.call(diffPlans, { yaml })));
  else if (action === 'apply') print(await asOperator((bus) => bus.call(applyPlans, { yaml })));
  else throw new Error('Usage: tidegate plans diff|apply [file]');
}

export async function users(action: string | undefined, email: string | undefined): Promise<void> {
  if (action !== 'create-admin') throw new Error('Usage: tidegate users create-admin <email>');
  print(await asOperator((bus) => bus.call(createAdmin, { email: need(email, 'users create-admin <email>') })));
}

export async function subscriptions(
  action: string | undefined,
  organisation: string | undefined,
  plan: string | undefined,
) {
  const usage = 'subscriptions set <organisation id> <plan>';
  if (action !== 'set') throw new Error(`Usage: tidegate ${usage}`);
  const input = { organisationId: need(organisation, usage), plan: need(plan, usage) };
  print(await asOperator((bus) => bus.call(setSubscription, input)));
}

type ServiceWithEvents = keyof typeof deadLetters;

export async function deadLetterCommand(
  action: string | undefined,
  id: string | undefined,
  options: { service?: string | undefined; reason?: string | undefined },
): Promise<void> {
  const names = (options.service ? [options.service] : Object.keys(deadLetters)) as ServiceWithEvents[];
  const unknown = names.find((name) => !(name in deadLetters));
  if (unknown) throw new Error(`There is no service ${unknown}. Services: ${Object.keys(deadLetters).join(', ')}`);
  await asOperator(async (bus) => {
    let listed = 0;
    for (const name of names) {
      const { list, replay, discard } = deadLetters[name];
      if (action === 'list') {
        const { items } = await bus.call(list, { limit: 200 });
        for (const item of items) print({ service: name, ...item });
        listed += items.length;
      } else if (action === 'replay' || action === 'discard') {
        const letter = need(id, `dead-letters ${action} <id> [--service name]`);
        const done = await settle(() =>
          action === 'replay'
            ? bus.call(replay, { id: letter })
            : bus.call(discard, { id: letter, reason: options.reason ?? 'discarded by the operator' }),
        );
        if (done) return print({ service: name, id: letter, [action]: true });
      } else throw new Error('Usage: tidegate dead-letters list|replay|discard [id] [--service name] [--reason text]');
    }
    if (action !== 'list') throw new Error(`No service has the dead letter ${id}.`);
    // For people: what scripts read stays empty.
    if (listed === 0) process.stderr.write('There are no dead letters.\n');
  });
}

/** False when this service does not have it: another may. */
async function settle(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'not_found') return false;
    throw error;
  }
}
