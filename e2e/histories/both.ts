import type { Operation } from '@tidegate/contracts/kernel/operation';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { Mismatch, OPERATOR, type Organisation } from './organisation.ts';
import type { Play } from './play.ts';
import type { Product } from './sold.ts';

/** In the services and in the model; both carry it out, or both refuse. */
export async function both<Op extends Operation>(
  play: Play,
  one: Organisation,
  operation: Op,
  input: unknown,
  inModel: () => boolean,
  kind: 'user' | 'service_key' = 'user',
): Promise<string> {
  const who = operation.scope === 'operator' ? OPERATOR : one.id;
  const problem = await play.ask(operation, input, who, kind).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (problem && !(problem instanceof ProblemError)) throw problem;
  const carriedOut = problem === undefined;
  if (carriedOut !== inModel()) {
    const why = carriedOut ? 'was carried out' : `was refused (${(problem as Error).message})`;
    throw new Mismatch(one, `${operation.name} ${why}; the model says the opposite`);
  }
  return carriedOut ? 'done' : `refused: ${(problem as ProblemError).code}`;
}

/** What Stripe bills for changes there, and then it is as Stripe says. */
export async function changes<Op extends Operation>(
  play: Play,
  one: Organisation,
  product: Product,
  operation: Op,
  input: unknown,
  inModel: () => boolean,
): Promise<string> {
  if (one.model.of(product).by !== 'stripe') return both(play, one, operation, input, inModel);
  const problem = await play.ask(operation, input, one.id).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (problem && !(problem instanceof ProblemError)) throw problem;
  await play.copyFromStripe(one);
  return problem ? `Stripe refused: ${(problem as ProblemError).code}` : 'done at Stripe';
}
