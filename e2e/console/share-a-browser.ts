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

  test('what may be done is what the organisation of the page allows, not the one in which the session began', async () => {
    const host = await visit.somebody();
    const theirs = await visit.register(host, 'Hosting Person');
    const invited = await ask<{ token: string }>(host, 'POST', '/invitations', {
      email: emailOf(name),
      role: 'viewer',
    });
    const joined = await ask(page, 'POST', '/invitations/accept', { token: invited.body.token });
    expect(joined.status).toBe(200);
    const offered = async (address: string) => {
      await visit.go(page, address);
      await page.getByRole('button', { name: 'Go to' }).click();
      await page.getByRole('option').filter({ hasText: 'Bots' }).first().waitFor();
      return page.getByRole('option').allTextContents();
    };
    expect((await offered(theirs)).filter((text) => text.includes('Create a bot'))).toEqual([]);
    expect((await offered(home)).filter((text) => text.includes('Create a bot'))).toHaveLength(1);
    await host.context().close();
  });

  test('whoever deletes their account is out in every tab, and nobody is asked for their password again', async () => {
    const leaving = await visit.somebody();
    const own = await visit.register(leaving, 'Leaving Person');
    const other = await visit.tab(leaving.context());
    await visit.go(other, `${own}/bots`);
    await visit.go(leaving, `${own}/account`);
    await leaving.getByRole('button', { name: 'Delete the account' }).click();
    const dialog = leaving.getByRole('dialog');
    await dialog.getByLabel(/^Type/).fill(emailOf('Leaving Person'));
    await dialog.getByRole('button', { name: 'Delete the account for good' }).click();
    for (const tab of [leaving, other]) await tab.waitForURL(({ pathname }) => pathname === '/log-in');
    await leaving.context().close();
  });
}
