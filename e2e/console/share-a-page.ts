import type { Page } from 'playwright-core';
import type { NameServer } from '../name-server.ts';
import type { Visit } from './visit.ts';
import { ask } from './visit.ts';

/** An organisation under its own name shows one server to somebody who has no account. */
export function shareAPage(visit: Visit, names: NameServer): void {
  let page: Page;
  let home: string;
  let guest: Page;

  beforeAll(async () => {
    ({ page, home } = await visit.operator());
    guest = await visit.somebody();
  });
  afterAll(() => Promise.all([page, guest].map((one) => one?.context().close())));

  test('what is shared is taken back after a question', async () => {
    await visit.go(page, `${home}/links`);
    await page.getByRole('button', { name: 'Share a page' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('For whom').fill('Nobody');
    await dialog.getByLabel('Shows').selectOption({ label: 'This installation' });
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row').filter({ hasText: 'Nobody' }).getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByText('sees nothing any more').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Nothing is shared').waitFor();
  });

  test('its own name and colour stand on every page', async () => {
    await visit.go(page, `${home}/appearance`);
    await page.getByLabel('Name', { exact: true }).fill('Harbour');
    await page.getByLabel('Colour of links and buttons').fill('#7a1fa2');
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByRole('status').getByText('Saved').waitFor();
    await visit.go(page, `${home}/links`);
    await page.getByRole('banner').getByRole('link', { name: 'Harbour' }).waitFor();
    expect(await accentOf(page)).toBe('#7a1fa2');
    expect(await visit.judge(page, AS_LOADED)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await visit.go(page, `${home}/links`);
    expect(await visit.judge(page, { themes: ['dark'] })).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test('a domain that its owner has proved shows the organisation, and nobody else proves it', async () => {
    const name = 'app.harbour.example';
    await visit.go(page, `${home}/appearance`);
    await page.getByRole('textbox', { name: 'Domain' }).fill(`https://${name}`);
    await page.getByRole('button', { name: 'Add a domain' }).click();
    await page.locator('[aria-invalid="true"]').waitFor();
    await page.getByRole('textbox', { name: 'Domain' }).fill(name);
    await page.getByRole('button', { name: 'Add a domain' }).click();
    const domain = page.getByRole('article', { name });
    await domain.getByRole('button', { name: 'Look for the record' }).click();
    await domain.getByRole('alert').waitFor();
    expect(await visit.judge(page, AS_LOADED)).toEqual([]);
    const ask = async (path: string) => (await fetch(`${visit.url}/api/v1/domains/ask?domain=${path}`)).status;
    expect(await ask(name)).toBe(404);
    names.dns().texts.set(`_tidegate.${name}`, [(await domain.locator('pre').textContent()) ?? '']);
    await domain.getByRole('button', { name: 'Look for the record' }).click();
    await domain.getByText('proven', { exact: true }).waitFor();
    expect(await ask(name)).toBe(200);
    expect(await visit.judge(page, AS_LOADED)).toEqual([]);

    const there = `http://${name}:${new URL(visit.url).port}`;
    const visitor = await visit.somebody();
    await visit.go(visitor, `${there}/log-in`);
    await visitor.getByText('Harbour', { exact: true }).waitFor();
    expect(await visitor.title()).toBe('Log in · Harbour');
    expect(await accentOf(visitor)).toBe('#7a1fa2');
    expect(await visitor.getByRole('link', { name: 'Create one' }).count()).toBe(0);
    expect(await visit.judge(visitor, AS_LOADED)).toEqual([]);
    const elsewhere = await visitor.goto(`http://app.elsewhere.example:${new URL(visit.url).port}/log-in`);
    expect(elsewhere?.status()).toBe(421);
    await visitor.context().close();

    await page.getByLabel('Sender’s address').fill(`alerts@${name}`);
    await page.getByRole('region', { name: 'Sender of mails' }).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Sender of mails' }).getByText('Saved').waitFor();
    for (const theme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await visit.go(page, `${home}/appearance`);
      await domain.getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('dialog').getByText('Its pages end within a minute').waitFor();
      expect(await visit.judge(page, { themes: [theme] })).toEqual([]);
    }
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await domain.waitFor({ state: 'detached' });
    expect(await ask(name)).toBe(404);
  });

  test('under its own domain nothing leads to what is of the person: neither the bar nor the palette nor the keys', async () => {
    const organisationId = home.split('/').at(-1);
    // As it is answered there; cookies of a plain http page are kept at localhost only.
    await page.route(/\/api\/v1\/me$/, async (route) => {
      const response = await route.fetch();
      const { installation, ...me } = await response.json();
      const json = { ...me, organisationId, installation: { ...installation, confined: true } };
      await route.fulfill({ response, json });
    });
    await visit.go(page, home);
    const bar = page.getByRole('navigation', { name: 'Main' });
    await bar.getByRole('link', { name: 'Account' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox').fill('Account');
    await dialog.getByText('Nothing has this name.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await dialog.getByText('Team', { exact: true }).waitFor();
    expect(await dialog.getByText('Account', { exact: true }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    for (const key of ['g', 'a', 'g', 'm']) await page.keyboard.press(key);
    await page.getByRole('heading', { name: 'Team' }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
  });

  test('a link shows one server to a browser without a session, and nothing else, until it is revoked', async () => {
    await visit.go(page, `${home}/links`);
    await page.getByRole('button', { name: 'Share a page' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('For whom').fill('The auditor');
    await dialog.getByLabel('Shows').selectOption({ label: 'This installation' });
    expect(await visit.judge(page, AS_LOADED)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    const link = (await dialog.locator('pre').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Done' }).click();

    await visit.go(guest, link);
    await guest.getByRole('heading', { name: 'This installation' }).waitFor();
    await guest.getByRole('banner').getByText('Harbour').waitFor();
    expect(await accentOf(guest)).toBe('#7a1fa2');
    // Neither the address nor a cookie has the key.
    expect(guest.url()).not.toContain('link=');
    expect(await guest.context().cookies()).toEqual([]);
    expect(await guest.getByRole('link', { name: 'Bots' }).count()).toBe(0);
    // How old it is stands on their pages as well, and it is read again without a stream.
    const bar = guest.getByRole('banner');
    await bar.getByText('Asked for again and again').waitFor();
    await bar.getByTitle('How long ago the oldest of what you see was read').waitFor();
    expect(await visit.judge(guest, AS_LOADED)).toEqual([]);
    const key = link.replace(/.*#link=/, '');
    const asGuest = (method: string, path: string) =>
      fetch(`${visit.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${key}` } });
    const shown = new URL(link).pathname.split('/').at(-1);
    expect((await asGuest('GET', `/servers/${shown}`)).status).toBe(200);
    const refused = ['/servers', '/bots', '/keys', '/me', `/servers/${crypto.randomUUID()}`].map(
      async (path) => (await asGuest('GET', path)).status,
    );
    expect((await Promise.all(refused)).every((status) => status === 403 || status === 404)).toBe(true);
    expect((await asGuest('DELETE', `/servers/${shown}`)).status).toBe(403);

    await page.getByRole('row').filter({ hasText: 'The auditor' }).getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Nothing is shared').waitFor();
    await guest.reload();
    await guest.getByRole('alert').first().waitFor();
    expect(await guest.getByRole('heading', { name: 'This installation' }).count()).toBe(0);
    await ask(page, 'PUT', '/organisation/theme', {});
  });
}

/** Its own colour was made readable on the light pages that were loaded. */
const AS_LOADED = { themes: ['light'] } as const;

const accentOf = (page: Page): Promise<unknown> =>
  page.evaluate(`document.documentElement.style.getPropertyValue('--accent').trim()`);
