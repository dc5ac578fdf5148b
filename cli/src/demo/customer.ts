import { setTimeout as pause } from 'node:timers/promises';
import { type CallOptions, type Route, TidegateClient } from '@tidegate/client';
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

/** An account with an API key, as a customer's own program uses it: a person's calls are not metered. */
export async function signUp(url: string, email: string): Promise<Customer> {
  const account = { email, name: 'Demo', password: 'a password for the demo only', organisationName: 'Demo Ltd' };
  const { accessToken } = await new TidegateClient({ url }).accountsRegister(account);
  const scopes = ['servers:read', 'servers:write', 'bots:read', 'bots:write', 'usage:read'] as const;
  const { key } = await new TidegateClient({ url, token: accessToken }).keysCreate({
    name: 'demo',
    scopes: [...scopes],
  });
  return new Customer({ url, token: key });
}

/** Asks every second until the answer is right; throws with what it was last. */
export async function expectSoon<T>(
  what: string,
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (Date.now() > deadline) {
      const last = JSON.stringify(answer)?.slice(0, 1_000);
      throw new Error(`${what}: not so after ${withinMs / 1_000} s. The last answer was ${last}`);
    }
    await pause(1_000);
  }
}
