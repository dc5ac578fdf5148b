import type { Page } from 'playwright-core';
import { BOT_SETTINGS } from '../people.ts';
import { ask, type Visit } from './visit.ts';

/** What happens in an organisation, as it happens: on the overview, and as a list of its own. */
export function followWhatHappens(visit: Visit): void {
  let page: Page;
  let home: string;
  const section = () => page.getByRole('region', { name: 'What happened' });
  const row = (text: string | RegExp) => section().getByRole('listitem').filter({ hasText: text });

  beforeAll(async () => {
    page = await visit.somebody();
    home = await visit.register(page, 'Following Person');
  });
  afterAll(() => page?.context().close());

  test('the overview says it by itself, and what is new moves nothing until it is asked for', async () => {
    await visit.settled(page);
    await section().getByText('Nothing so far').waitFor();
    const { body: bot } = await ask<{ id: string }>(page, 'POST', '/bots', {
      name: 'Followed',
      settings: BOT_SETTINGS,
    });
    await row('Was created').waitFor();
    await ask(page, 'POST', `/bots/${bot.id}/start`, {});
    // It may have closed a trade by then.
    const showNew = section().getByRole('button', { name: /^Show \d+ new$/ });
    await showNew.waitFor();
    expect(await section().getByRole('listitem').count()).toBe(1);
    expect(await visit.judge(page)).toEqual([]);
    await showNew.click();
    await row('Was started').waitFor();
    await row('Was started').getByRole('link', { name: 'Followed' }).click();
    await page.getByRole('heading', { name: 'Followed' }).waitFor();
  });

  test('a list of its own has all of it, filtered in its address', async () => {
    const key = await ask(page, 'POST', '/api-keys', { name: 'CI', scopes: ['bots:read'] });
    expect(key.status).toBe(201);
    await visit.go(page, `${home}/feed`);
    await page.getByRole('cell', { name: 'API key created' }).first().waitFor();
    await page.getByRole('link', { name: 'CI' }).waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await page.getByLabel('Area').selectOption({ label: 'Bots' });
    await page.getByRole('link', { name: 'CI' }).waitFor({ state: 'detached' });
    expect(page.url()).toContain('area=trading');
    await page.getByLabel('Kind').selectOption({ label: 'Bot halted' });
    await page.getByRole('heading', { name: 'Nothing that this filter shows' }).waitFor();
    await page.goBack();
    await page.getByRole('cell', { name: 'Was started' }).waitFor();
  });

  test('it speaks the language of the reader', async () => {
    await page.evaluate(`localStorage.setItem('tidegate-locale', 'de')`);
    await visit.go(page, `${home}/feed`);
    await page.getByRole('cell', { name: 'Wurde angelegt' }).waitFor();
    await page.evaluate(`localStorage.removeItem('tidegate-locale')`);
  });

  test('an operator watches the installation again where it is not watched', async () => {
    const { page: operator } = await visit.operator();
    const name = 'Second of the operator';
    const { body: second } = await ask<{ id: string }>(operator, 'POST', '/organisations', { name });
    await visit.go(operator, `${visit.url}/o/${second.id}/servers`);
    await operator.getByRole('button', { name: 'Watch it here' }).click();
    expect(await visit.judge(operator)).toEqual([]);
    await operator.getByRole('dialog').getByRole('button', { name: 'Watch it here' }).click();
    await operator.getByRole('heading', { name: 'This installation' }).waitFor();
    await visit.go(operator, `${visit.url}/o/${second.id}/servers`);
    await operator.getByRole('cell', { name: 'This installation' }).waitFor();
    expect(await operator.getByRole('button', { name: 'Watch it here' }).count()).toBe(0);
    expect((await ask(operator, 'DELETE', `/organisation?name=${encodeURIComponent(name)}`)).status).toBe(204);
    await operator.context().close();
    // Whoever is no operator is not offered it.
    await visit.go(page, `${home}/servers`);
    expect(await page.getByRole('button', { name: 'Watch it here' }).count()).toBe(0);
  });
}
