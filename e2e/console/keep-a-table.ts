import { readFile } from 'node:fs/promises';
import { until } from '@tidegate/testing/until';
import type { Locator, Page } from 'playwright-core';
import { ask, type Visit } from './visit.ts';

const MADE = 30;

/** A list of more than one page: what is sorted, searched and saved is the list, and the address says how it is shown. */
export function keepATable(visit: Visit): void {
  let page: Page;
  let home: string;
  let table: Locator;
  const sent = async () => (await ask<{ items: unknown[] }>(page, 'GET', '/deliveries?limit=200')).body.items.length;

  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Keeping Person');
    table = page.getByRole('table', { name: 'Deliveries' });
    const channel = await ask<{ id: string }>(page, 'POST', '/channels', {
      kind: 'webhook',
      name: '=HYPERLINK("https://evil.example")',
      url: 'https://1.1.1.1/',
    });
    expect(channel.status).toBe(201);
    for (let made = 0; made < MADE; made += 1) {
      expect((await ask(page, 'POST', `/channels/${channel.body.id}/test`)).status).toBeLessThan(300);
    }
    expect(await sent()).toBe(MADE);
  });
  afterAll(() => page?.context().close());

  test('what is saved is all that the filter matches, and no spreadsheet runs it', async () => {
    await visit.go(page, `${home}/channels`);
    await page.getByText('25 rows, and more').waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).last().click(),
    ]);
    const lines = (await readFile(await saved.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + MADE);
    expect(lines[0]).toBe('Time,Channel,Of what,State,Attempts,Why');
    for (const line of lines.slice(1)) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,"'=HYPERLINK\(""https/);
    // The page shows what it showed before.
    await page.getByText('25 rows, and more').waitFor();
  });

  test('a heading asks the server where there is more than one page, and the order goes on behind it', async () => {
    const { body } = await ask<{ items: { id: string }[] }>(page, 'GET', '/deliveries?limit=200&sort=created');
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      asked.push(`${pathname} ${searchParams.get('sort')}`);
    });
    await table.getByRole('button', { name: 'Time' }).click();
    await table.getByRole('button', { name: 'Time' }).click();
    await until(() => asked.includes('/api/v1/deliveries created'), { what: 'the question in that order' });
    expect(asked).toContain('/api/v1/deliveries -created');
    // One page of it, and not all pages to sort them here.
    await page.getByText('25 rows, and more').waitFor();
    const shown = () =>
      table.locator('[data-opens]').evaluateAll((all) => all.map((one) => one.getAttribute('data-opens')));
    const ids = body.items.map(({ id }) => id);
    await until(async () => (await shown())[0] === ids[0], { what: 'the oldest first' });
    expect(await shown()).toEqual(ids.slice(0, 25));
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText(`${MADE} rows`, { exact: true }).waitFor();
    expect(await shown()).toEqual(ids);
    // What is all on one page is sorted here, and nobody is asked.
    await page.getByRole('table', { name: 'Channels' }).getByRole('button', { name: 'Name' }).click();
    await page.getByRole('table', { name: 'Channels' }).locator('th[aria-sort="descending"]').waitFor();
    expect(asked.filter((one) => one.startsWith('/api/v1/channels ') && one !== '/api/v1/channels null')).toEqual([]);
    await visit.go(page, `${home}/channels?deliveries-by=created`);
    await page.getByText('25 rows, and more').waitFor();
  });

  test('what is searched and sorted is the list, and the address shows it to others with the same columns', async () => {
    await page.getByRole('searchbox', { name: 'Search in Deliveries' }).fill('HYPERLINK');
    await page.getByText(`${MADE} rows`, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Columns' }).last().click();
    await page.getByRole('menuitem', { name: 'Attempts' }).click();
    await page.keyboard.press('Escape');
    await table.getByRole('columnheader', { name: 'Attempts' }).waitFor({ state: 'detached' });
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toEqual({
      'deliveries-find': 'HYPERLINK',
      'deliveries-by': 'created',
      'deliveries-cols': 'created,channel,event,state,error',
    });
    const first = await table.getByRole('row').nth(1).textContent();
    // Somebody else, who has chosen other columns before.
    await page.evaluate("localStorage.setItem('tidegate-hidden-Deliveries', 'created state')");
    await visit.go(page, page.url());
    await page.getByText(`${MADE} rows`, { exact: true }).waitFor();
    expect(await table.getByRole('columnheader').allTextContents()).toEqual([
      'Time ↑',
      'Channel',
      'Of what',
      'State',
      'Why',
      'Actions',
      'Beside the list',
    ]);
    expect(await table.getByRole('row').nth(1).textContent()).toBe(first);
    // The other table of the page is as it was.
    expect(await page.getByRole('table', { name: 'Channels' }).getByRole('row').count()).toBe(2);
    await page.evaluate("localStorage.removeItem('tidegate-hidden-Deliveries')");
  });
}
