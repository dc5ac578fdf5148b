import { accessibilityFaults } from '@tidegate/testing/browser';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { ask, type Visit } from './visit.ts';

const CALLS = 7;

/** Which key made the calls, from the page of a meter down to the events. */
export function divideUsage(visit: Visit): void {
  let page: Page;
  let home: string;
  let prefix: string;

  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Counting Person');
  });
  afterAll(() => page?.context().close());

  test('calls are shown by the key that made them, also once it is revoked, and lead to their events', async () => {
    const made = await ask<{ id: string; key: string; prefix: string }>(page, 'POST', '/api-keys', {
      ...{ name: 'Nightly import', scopes: ['servers:read'] },
    });
    prefix = made.body.prefix;
    const headers = { authorization: `Bearer ${made.body.key}` };
    for (let call = 0; call < CALLS; call += 1) {
      expect((await fetch(`${visit.url}/api/v1/servers`, { headers })).status).toBe(200);
    }
    await until(
      async () => {
        const { body } = await ask<{ total: number }>(page, 'GET', '/usage/history?meter=api_calls');
        return body.total === CALLS;
      },
      { what: 'the calls are counted' },
    );
    await ask(page, 'DELETE', `/api-keys/${made.body.id}`);
    await visit.go(page, `${home}/usage/api_calls`);
    await page.getByLabel('How usage is divided').selectOption({ label: 'By API key' });
    const shares = page.getByRole('table', { name: 'Shares' });
    const row = shares.getByRole('row').filter({ hasText: 'Nightly import' });
    await row.getByRole('cell', { name: String(CALLS), exact: true }).waitFor();
    expect(await row.textContent()).toContain(prefix);
    // When it was revoked.
    expect(await row.locator('time').count()).toBe(1);
    await row.getByRole('link', { name: 'Nightly import' }).click();
    await page.getByRole('link', { name: 'Show all events' }).waitFor();
    const cells = page.getByRole('table', { name: 'Events', exact: true }).getByRole('row').filter({ hasText: prefix });
    await cells.first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('How usage is divided').selectOption({ label: 'By source' });
    await shares.getByRole('link', { name: 'gateway' }).waitFor();
    expect(new URL(page.url()).searchParams.get('of')).toBeNull();
  });

  test('the days of a meter, however they are divided, can be used by everybody in both colours and widths', async () => {
    const views = ['', '?split=key', '?split=source', '?split=key&days=90', `?split=key&of=${prefix.slice(3)}`];
    expect(
      await visit.judgeAll(
        page,
        views.map((view) => `${home}/usage/api_calls${view}`),
      ),
    ).toEqual([]);
    expect(visit.takeFaults()).toEqual([]);
  });
}
