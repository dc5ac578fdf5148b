import { Log } from '@tidegate/telemetry/log';
import { Health } from './health.ts';
import type { ServiceHost } from './host.ts';
import { stop } from './run.ts';

test('a service that fails to stop in order does not affect the others', async () => {
  const done: string[] = [];
  const host = (name: string, http: boolean, fails: boolean) =>
    ({
      definition: { name, http },
      stopWork: async () => {
        if (fails) throw new Error('x');
        done.push(`${name} has no work`);
      },
      close: async () => {
        if (fails) throw new Error('x');
        done.push(`${name} is closed`);
      },
    }) as unknown as ServiceHost;
  const hosts = [
    host('usage', false, true),
    host('notifier', false, false),
    host('billing', false, false),
    host('gateway', true, false),
  ];
  await stop({ hosts, health: new Health([]), ops: undefined, log: new Log() });
  expect(done).toEqual([
    // Callers end before the services that they call.
    'gateway has no work',
    'notifier has no work',
    'billing has no work',
    'notifier is closed',
    'billing is closed',
    'gateway is closed',
  ]);
});

test('while a proxy has time to notice that it is not ready, requests are still taken', async () => {
  const order: string[] = [];
  const gateway = {
    definition: { name: 'gateway', http: true },
    stopWork: async () => void order.push('takes nothing more'),
    close: async () => {},
  } as unknown as ServiceHost;
  const health = new Health([]);
  setTimeout(() => order.push(health.draining ? 'says no' : 'says yes'), 20);
  await stop({ hosts: [gateway], health, ops: undefined, log: new Log(), delayMs: 200 });
  expect(order).toEqual(['says no', 'takes nothing more']);
});

test('a service that is called during a stop is still running', async () => {
  const received: string[] = [];
  let usageEnded = false;
  const host = (name: string, stopWork: () => Promise<void>) =>
    ({ definition: { name, http: false }, stopWork, close: async () => {} }) as unknown as ServiceHost;
  const lender = host('usage', async () => {
    usageEnded = true;
  });
  const borrower = host('bot-executor', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    received.push(usageEnded ? 'nobody' : 'usage');
  });
  await stop({ hosts: [lender, borrower], health: new Health([]), ops: undefined, log: new Log() });
  expect(received).toEqual(['usage']);
});
