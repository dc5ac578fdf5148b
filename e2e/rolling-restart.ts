import { childrenOf, replaceChild } from '@tidegate/testing/children';
import { Load } from '@tidegate/testing/load';
import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { SharedPlatform } from './shared-platform.ts';

/** Every process of the services layout is restarted, one after the other, while customers work. */
export function rollingRestart(platform: SharedPlatform): void {
  test('no request fails that a client which honours Retry-After does not survive, and every call is counted', async () => {
    const rest = new Rest(platform.url);
    const keys = await Promise.all(
      [0, 1].map(async (number) => {
        const account = { email: `roll${number}@example.com`, password: 'correct horse battery', name: 'Roll' };
        const { accessToken } = (await rest.post<{ accessToken: string }>('/api/v1/accounts', account)).body;
        const key = { name: 'load', scopes: ['bots:read', 'usage:read'] };
        return (await rest.as(accessToken).post<{ key: string }>('/api/v1/api-keys', key)).body.key;
      }),
    );
    const load = new Load({
      clients: 8,
      pauseMs: 500,
      ask: (client) =>
        fetch(`${platform.url}/api/v1/bots`, { headers: { authorization: `Bearer ${keys[client % keys.length]}` } }),
    });
    for (const { name } of childrenOf(platform)) await replaceChild(platform, name);
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    // Each client may have been connecting at the one instant at which the only gateway stopped to listen.
    expect(report.reset).toBeLessThan(8);
    expect(Object.keys(report.statuses)).toEqual(['200']);
    const answered = report.statuses[200] ?? 0;
    const used = async (): Promise<number> => {
      const each = await Promise.all(
        keys.map(async (key) => {
          const { body } = await rest
            .as(key)
            .get<{ items: { meter: string; used: number }[] }>('/api/v1/usage/current');
          return body.items.find(({ meter }) => meter === 'api_calls')?.used ?? 0;
        }),
      );
      return each.reduce((sum, one) => sum + one, 0);
    };
    await until(async () => (await used()) >= answered, { withinMs: 20_000, what: `${answered} calls to be counted` });
    // What was sent again may have been counted twice; reading the usage is not counted.
    expect(await used()).toBeLessThanOrEqual(answered + report.askedToWait + report.reset);
  });
}
