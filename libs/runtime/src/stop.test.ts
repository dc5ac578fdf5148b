import { Log } from '@tidegate/telemetry/log';
import { Health } from './health.ts';
import type { ServiceHost } from './host.ts';
import { stop } from './run.ts';

test('a service that does not stop in order keeps the others from nothing', async () => {
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
  const hosts = [host('usage', false, true), host('identity', false, false), host('gateway', true, false)];
  await stop({ hosts, health: new Health([]), ops: undefined, log: new Log() });
  expect(done).toEqual(['gateway has no work', 'identity has no work', 'identity is closed', 'gateway is closed']);
});
