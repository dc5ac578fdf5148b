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

  test('a stream that is refused is asked for again after the session was renewed, and is live then', async () => {
    const tab = await visit.tab(page.context());
    const asked: string[] = [];
    tab.on('request', (request) => {
      const what = /\/(stream|me|refresh)$/.exec(new URL(request.url()).pathname)?.[1];
      if (what) asked.push(what);
    });
    // As in a tab that nobody has looked at until its cookie was over.
    let refused = 0;
    await tab.route(/\/api\/v1\/stream/, async (route) => {
      if (refused === 2) return route.continue();
      refused += 1;
      await tab.context().clearCookies({ name: /tidegate-access/ });
      return route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{}' });
    });
    await page.goto('about:blank');
    await visit.go(tab, `${home}/keys`);
    await tab.getByText('Live', { exact: true }).waitFor();
    const streams = asked.flatMap((what, at) => (what === 'stream' ? [at] : []));
    expect(streams).toHaveLength(3);
    const between = asked.slice(streams[1], streams[2]);
    expect(between).toEqual(['stream', 'me', 'refresh', 'me']);
    visit.takeFaults();
    await tab.close();
  });

  test('the palette finds what is beyond the first that were read', async () => {
    const tab = await visit.tab(page.context());
    await tab.route(/\/api\/v1\/bots\?/, (route) =>
      new URL(route.request().url()).searchParams.has('search')
        ? route.continue()
        : route.fulfill({ json: { items: [], nextCursor: 'more' } }),
    );
    await visit.go(tab, `${home}/keys`);
    await tab.getByRole('button', { name: 'Go to' }).click();
    await tab.getByRole('dialog').getByRole('combobox').fill('it was cut');
    await tab.getByRole('option', { name: 'While it was cut' }).click();
    await tab.getByRole('heading', { name: 'While it was cut' }).waitFor();
    await tab.close();
  });

  test('a log-out without an answer says that nobody is logged out, and goes on from there', async () => {
    const tab = await visit.tab(page.context());
    await visit.go(tab, `${home}/usage`);
    await tab.route(/\/sessions\/current$/, (route) => route.abort());
    await tab.getByRole('button', { name }).click();
    await tab.getByRole('menuitem', { name: 'Log out' }).click();
    const dialog = tab.getByRole('dialog', { name: 'You are still logged in' });
    await dialog.getByText('No answer').waitFor();
    expect(await visit.judge(tab)).toEqual([]);
    await tab.unrouteAll();
    visit.takeFaults();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    await tab.getByRole('heading', { name: 'Usage', exact: true }).waitFor();
    await tab.close();
  });

  test('a form that is sent without a network, when the session has to be renewed, keeps its input and says so', async () => {
    const tab = await visit.tab(page.context());
    await visit.go(tab, `${home}/account`);
    await tab.getByLabel('Your name').fill('Renamed Person');
    await tab.context().clearCookies({ name: /tidegate-access/ });
    await tab.route(/\/sessions\/refresh$/, (route) => route.abort());
    const save = tab
      .locator('form')
      .filter({ has: tab.getByLabel('Your name') })
      .getByRole('button', { name: 'Save' });
    await save.click();
    await tab.getByText('Your input is kept.', { exact: false }).first().waitFor();
    expect(await tab.getByText('Failed to fetch').count()).toBe(0);
    expect(await tab.getByLabel('Your name').inputValue()).toBe('Renamed Person');
    await tab.unrouteAll();
    visit.takeFaults();
    await save.click();
    await tab.getByText('Saved', { exact: true }).waitFor();
    await tab.getByLabel('Your name').fill(name);
    await save.click();
    await tab.getByText('Saved', { exact: true }).waitFor();
    await tab.close();
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
