import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { BOT_SETTINGS } from '../people.ts';
import { ask, emailOf, PASSWORD, type Visit } from './visit.ts';

/** Several tabs of one browser: two organisations, one stream, one session. */
export function shareABrowser(visit: Visit): void {
  const name = 'Tabbed Person';
  let page: Page;
  let home: string;

  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, name);
    await ask(page, 'POST', '/bots', { name: 'First', settings: BOT_SETTINGS });
  });
  afterAll(() => page?.context().close());

  test('two organisations in two tabs never mix', async () => {
    const made = await ask<{ id: string }>(page, 'POST', '/organisations', { name: 'Second organisation' });
    const other = await visit.tab(page.context());
    await visit.go(other, `${visit.url}/o/${made.body.id}/bots`);
    await visit.go(page, `${home}/bots`);
    await page.getByRole('link', { name: 'First', exact: true }).waitFor();
    await ask(other, 'POST', '/bots', { name: 'Only in the second', settings: BOT_SETTINGS });
    await other.reload();
    await other.getByRole('link', { name: 'Only in the second' }).waitFor();
    expect(await other.getByRole('link', { name: 'First', exact: true }).count()).toBe(0);
    await page.reload();
    await page.getByRole('link', { name: 'First', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Only in the second' }).count()).toBe(0);
    await other.close();
  });

  test('tabs share one stream; the next tab goes on after its last message, and no row is lost or doubled', async () => {
    const streams: string[] = [];
    page.context().on('request', (request) => request.url().includes('/stream?') && streams.push(request.url()));
    await visit.go(page, `${home}/bots`);
    await page.getByText('Live', { exact: true }).waitFor();
    const second = await visit.tab(page.context());
    await visit.go(second, `${home}/bots`);
    await second.getByText('Live', { exact: true }).waitFor();
    expect(streams).toHaveLength(1);
    await ask(page, 'POST', '/bots', { name: 'While it is read', settings: BOT_SETTINGS });
    await second.getByRole('link', { name: 'While it is read' }).waitFor();
    // The tab that reads the stream is gone, and something happens before another one reads it.
    await page.goto('about:blank');
    await ask(second, 'POST', '/bots', { name: 'While it was cut', settings: BOT_SETTINGS });
    await second.getByRole('link', { name: 'While it was cut' }).waitFor();
    await until(() => streams.length > 1, { what: 'another tab reads the stream' });
    expect(streams.at(-1)).toContain('lastEventId=');
    const names = await second.getByRole('row').getByRole('link').allTextContents();
    expect(names.sort()).toEqual(['First', 'While it is read', 'While it was cut']);
    await second.close();
  });

  test('log-out in one tab ends all tabs', async () => {
    await visit.go(page, `${home}/usage`);
    const other = await visit.tab(page.context());
    await visit.go(other, `${home}/bots`);
    await other.getByRole('button', { name }).click();
    await other.getByRole('menuitem', { name: 'Log out' }).click();
    for (const tab of [other, page]) await tab.getByRole('heading', { name: 'Log in' }).waitFor();
    await visit.logIn(page, emailOf(name), PASSWORD);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await other.close();
  });
}
