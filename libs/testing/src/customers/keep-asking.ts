import { setTimeout as sleep } from 'node:timers/promises';
import type { Customer } from './customer.ts';

/** Customers who work, each one thing after the other, until they are stopped. */
export function keepAsking(customers: Customer[]) {
  let stopping = false;
  const working = customers.map(async (customer) => {
    for (let turn = 0; !stopping; turn += 1) {
      await customer.act(turn);
      await sleep(40);
    }
  });
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(working);
    },
  };
}
