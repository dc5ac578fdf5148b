import { setTimeout as pause } from 'node:timers/promises';
import { type CallOptions, type Route, TidegateClient, TidegateProblem } from '@tidegate/client';
import '@tidegate/contracts/all';
import { operations } from '@tidegate/contracts/kernel/registry';

/** What an API key spends of the meter `api_calls`, by the contracts. */
const METERED = new Set(
  operations().flatMap(({ http, metered }) => (http && metered ? [`${http[0]} ${http[1]}`] : [])),
);

/** A customer's typed client that knows how often it called: what the meter `api_calls` has to say as well. */
export class Customer extends TidegateClient {
  calls = 0;

  protected override send<T>(route: Route, input?: object, options?: CallOptions): Promise<T> {
    if (METERED.has(`${route.method} ${route.path}`)) this.calls += 1;
    return super.send<T>(route, input, options);
  }
}

/**
 * An account with an API key, as a customer's own program uses it: a person's calls are not metered. The customer orders
 * bots, and the operator approves them and gives the plan that has the API.
 */
export async function signUp(url: string, email: string, operator: TidegateClient): Promise<Customer> {
  const account = { email, name: 'Demo', password: 'a password for the demo only', organisationName: 'Demo Ltd' };
  const { accessToken, organisation } = await new TidegateClient({ url }).accountsRegister(account);
  const person = new TidegateClient({ url, token: accessToken });
  await person.subscriptionsChange({ product: 'bots', plan: 'free' });
  const organisationId = organisation?.id ?? '';
  await operator.ordersDecide({ organisationId, product: 'bots', approve: true, reason: 'The demo' });
  await operator.subscriptionsSet({ organisationId, product: 'monitoring', plan: 'enterprise', reason: 'The demo' });
  const scopes = ['servers:read', 'servers:write', 'bots:read', 'bots:write', 'usage:read'] as const;
  // The services learn of the new plan one after another: usage, which counts calls, and identity, which makes keys.
  await expectSoon(
    'The plan allows API calls',
    () => person.usageCurrent(),
    ({ items }) => items.some(({ meter, limit }) => meter === 'api_calls' && limit !== 0),
  );
  const key = await expectSoon(
    'The plan allows API keys',
    () => person.keysCreate({ name: 'demo', scopes: [...scopes] }).catch(unlessNoRoom),
    (answer) => answer !== undefined,
  );
  return new Customer({ url, token: key?.key ?? '' });
}

export async function logInAsOperator(url: string, password: string): Promise<TidegateClient> {
  const { accessToken } = await new TidegateClient({ url }).sessionsLogin({ email: 'admin@localhost', password });
  return new TidegateClient({ url, token: accessToken });
}

function unlessNoRoom(error: unknown): undefined {
  if (error instanceof TidegateProblem && error.status === 402) return;
  throw error;
}

/** Asks every second until the answer is right; throws with what it was last. */
export async function expectSoon<T>(
  what: string,
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (performance.now() > deadline) {
      const last = JSON.stringify(answer)?.slice(0, 1_000);
      throw new Error(`${what}: not so after ${withinMs / 1_000} s. The last answer was ${last}`);
    }
    await pause(1_000);
  }
}
