import { childrenOf, replaceChild } from '@tidegate/testing/children';
import { Customer } from '@tidegate/testing/customers/customer';
import { keepAsking } from '@tidegate/testing/customers/keep-asking';
import { judge } from '@tidegate/testing/customers/verdict';
import { startWebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { openWorld } from './chaos/world.ts';
import type { Result } from './main.ts';

/*
 * A rolling restart: every process of a process per service is replaced by SIGTERM, one after the other, twice, while customers
 * read, write, send usage and trade. What they were answered is compared with what is there, and the books are added up.
 */
const CUSTOMERS = 6;
const FLEET = 5;
const ROUNDS = 2;

export async function rolling(): Promise<Result> {
  const world = await openWorld('process per service');
  const receiver = await startWebhookReceiver();
  const { platform } = world;
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => new Customer(platform.url, `c${index}`));
  for (const customer of customers) {
    await customer.signUp();
    await customer.addWebhook(`http://127.0.0.1:${receiver.port}/${customer.name}`);
  }
  const load = keepAsking(customers);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name } of childrenOf(platform)) {
      await Promise.all(customers.map((one) => one.startFleet(FLEET)));
      const began = Date.now();
      await replaceChild(platform, name);
      times.push(Date.now() - began);
    }
  }
  await load.stop();
  const verdict = await judge(platform, customers, receiver.requests);
  await receiver.close();
  await world.close();
  const { lost, doubled, uncounted, left, unbalanced } = verdict;
  const sum = (of: (customer: Customer) => number) => customers.reduce((total, one) => total + of(one), 0);
  const slowest = Math.max(...customers.map(({ tally }) => tally.longestMs));
  process.stdout.write(
    `${[
      `${times.length} processes replaced, ${Math.max(...times)} ms at the most`,
      `${sum(({ tally }) => tally.answered)} calls answered, ${sum(({ bots }) => bots.length)} bots, ${sum(({ events }) => events)} usage events`,
      `lost ${lost.length} ${lost.join('; ')}`,
      `doubled ${doubled.length} ${doubled.join('; ')}`,
      `uncounted ${uncounted}`,
      `unbalanced ${unbalanced.length} ${unbalanced.join('; ')}`,
      `left behind ${left.length} ${left.join('; ')}`,
      `5xx without Retry-After ${sum(({ tally }) => tally.unhelpful)}`,
      `slowest write, with all its repetitions, ${(slowest / 1_000).toFixed(1)} s`,
    ].join('\n')}\n`,
  );
  const bad = lost.length + doubled.length + uncounted + unbalanced.length + left.length;
  return {
    name: 'rolling',
    value: bad,
    unit: 'things lost, doubled or left',
    ratio: bad / times.length,
    against: `${times.length} processes replaced`,
  };
}
