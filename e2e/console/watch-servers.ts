import { patient } from '@tidegate/testing/pace';
import { superuserLogin, withSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import { ask, type Visit } from './visit.ts';

/** The operator watches the PostgreSQL of the installation: what there is to see of it. */
export function watchServers(visit: Visit): void {
  let page: Page;
  let home: string;
  let server: ReturnType<typeof superuserLogin>;

  beforeAll(async () => {
    server = superuserLogin(visit.platform);
    ({ page, home } = await visit.operator());
  });
  afterAll(() => page?.context().close());

  test('a role that lacks rights is told the SQL that mends it, the newest refusal is shown, and the server is added', async () => {
    await withSuperuser(visit.platform, (client) => client.query(`create role blind login password 'blind-password'`));
    await visit.go(page, `${home}/servers/new`);
    await page.getByLabel('Name').fill('This installation');
    await page.getByLabel('Host').fill(server.host);
    await page.getByLabel('Port').fill(String(server.port));
    await page.getByLabel('Role').fill('blind');
    await page.locator('input[type=password]').fill('blind-password');
    await page.getByLabel('Encryption').selectOption('disable');
    // The name is taken, which only adding finds.
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('[aria-invalid="true"]').waitFor();
    await page.getByRole('button', { name: 'Test the connection' }).click();
    const checks = page.getByRole('region', { name: 'Checks' });
    await checks
      .getByText(/grant pg_monitor/i)
      .first()
      .waitFor();
    expect(await page.locator('[aria-invalid="true"]').count()).toBe(0);
    expect(await visit.judge(page)).toEqual([]);
    await page.getByLabel('Name').fill('Seen by the blind');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('heading', { name: 'Seen by the blind' }).waitFor();
  });

  test('a statement leads to what it did over time, and back to the list as it was', async () => {
    await visit.go(page, `${home}/servers`);
    await page.getByRole('link', { name: 'This installation' }).click();
    await page.getByRole('link', { name: 'Statements' }).click();
    const rows = page.getByRole('table').locator('tbody tr');
    await until(async () => (await rows.count()) > 3, { what: 'statements' });
    await page.getByRole('button', { name: /^Calls/ }).click();
    await until(() => page.url().includes('sort='), { what: 'the order in the address' });
    const sorted = page.url();
    await rows.first().getByRole('link').first().click();
    await page.waitForURL(/\/statements\/[^/?]+/);
    await page.locator('canvas').first().waitFor();
    await visit.settled(page);
    expect(await visit.judge(page)).toEqual([]);
    await page.goBack();
    await rows.first().waitFor();
    expect(page.url()).toBe(sorted);
  });

  test('a statement opens beside its list, which stays, by pointer, keyboard and link, and one step back closes it', async () => {
    await page
      .getByRole('button', { name: /^Beside the list/ })
      .first()
      .waitFor();
    const list = page.url();
    const openers = page.getByRole('button', { name: /^Beside the list/ });
    const panel = page.getByRole('complementary', { name: 'Statement' });
    const rows = page.getByRole('table').locator('tbody tr');
    // Anywhere on the row but on its link, which leads to the page.
    await rows.nth(1).locator('td').nth(3).click();
    await panel.locator('canvas').first().waitFor();
    await visit.settled(page);
    expect(page.url()).toContain('open=');
    expect(await rows.count()).toBeGreaterThan(3);
    expect(await openers.nth(1).getAttribute('aria-expanded')).toBe('true');
    expect(await visit.judge(page)).toEqual([]);
    const first = page.url();
    await panel.getByRole('button', { name: 'The next one' }).click();
    await until(() => page.url() !== first, { what: 'the next row in the address' });
    await page.goBack();
    await panel.waitFor({ state: 'detached' });
    expect(page.url()).toBe(list);
    // By the keyboard: into it, and back to where one was.
    await openers.nth(2).focus();
    await page.keyboard.press('Enter');
    await panel.waitFor();
    await until(() => page.evaluate<boolean>("document.activeElement?.tagName === 'H2'"), { what: 'the focus in it' });
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await until(async () => openers.nth(2).evaluate((one) => one === one.ownerDocument.activeElement), {
      what: 'the focus back at its row',
    });
    // A link opens it at once; in a narrow window it is the page, and holds the focus until it is closed.
    await visit.go(page, first);
    await panel.waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    const dialog = page.getByRole('dialog', { name: 'Statement' });
    await dialog.waitFor();
    for (let press = 0; press < 40; press += 1) await page.keyboard.press('Tab');
    expect(await dialog.evaluate((one) => one.contains(one.ownerDocument.activeElement))).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('open=');
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('who blocks whom is shown as a tree', async () => {
    await visit.go(page, `${home}/servers`);
    const link = page.getByRole('link', { name: 'This installation' });
    const serverId = (await link.getAttribute('href'))?.split('/').at(-1);
    await withSuperuser(visit.platform, async (holder) => {
      await holder.query('begin; create table public.held (id int); commit; begin; lock table public.held');
      const waits = withSuperuser(visit.platform, (waiter) => waiter.query('select * from public.held')).catch(
        () => undefined,
      );
      const blocked = `/servers/${serverId}/blocking`;
      // The installation’s own server is read once a minute.
      await until(async () => (await ask<{ blocked: number }>(page, 'GET', blocked)).body.blocked > 0, {
        withinMs: 90_000,
        everyMs: 500,
        what: 'a blocked session',
      });
      await visit.go(page, `${home}/servers/${serverId}/activity`);
      const tree = page.getByRole('region', { name: 'Blocked sessions' });
      await tree.getByRole('listitem').getByRole('listitem').first().waitFor();
      await tree.getByText(/waits for AccessShareLock on .*held/).waitFor();
      expect(await visit.judge(page)).toEqual([]);
      await holder.query('drop table public.held; commit').catch(() => holder.query('rollback'));
      await waits;
    });
  });

  test('the operator sees what a change of the catalogue makes different before it is in force', async () => {
    await visit.go(page, `${home}/operator/catalogue`);
    const text = page.getByLabel('Catalogue');
    const yaml = await text.inputValue();
    expect(await page.getByRole('button', { name: 'Apply it' }).isDisabled()).toBe(true);
    await text.fill(yaml.replace(/name: Pro\n/, 'name: Professional\n'));
    await page.getByRole('button', { name: 'Show the difference' }).click();
    await page
      .getByRole('region', { name: 'What changes' })
      .getByText(/Professional/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Apply it' }).isDisabled()).toBe(false);
    expect(await visit.judge(page)).toEqual([]);
    await text.fill('format: 2\nplans: [');
    await page.getByRole('button', { name: 'Show the difference' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('button', { name: 'Apply it' }).isDisabled()).toBe(true);
  });

  test('what a colleague changes while somebody types is shown, and not taken back', async () => {
    await visit.go(page, `${home}/servers`);
    await page.getByRole('link', { name: 'Seen by the blind' }).click();
    await page.getByRole('heading', { name: 'Seen by the blind' }).waitFor();
    const address = page.url().replace(/[?#].*/, '');
    const path = `/servers/${address.split('/').at(-1)}`;
    await visit.go(page, `${address}/settings`);
    await page.getByLabel('Database').fill('template1');
    expect((await ask(page, 'PATCH', path, { name: 'Renamed meanwhile' })).status).toBe(200);
    await until(async () => (await page.getByLabel('Name').inputValue()) === 'Renamed meanwhile', {
      withinMs: 60_000,
      what: 'the new name in the form',
    });
    expect(await page.getByLabel('Database').inputValue()).toBe('template1');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').getByText('Saved').waitFor();
    expect((await ask(page, 'GET', path)).body).toMatchObject({ name: 'Renamed meanwhile', database: 'template1' });
  });

  test('an incident goes on as a colleague left it, and vanishes only after a question', async () => {
    await visit.go(page, `${home}/operator/incidents`);
    await page.getByLabel('What happens').fill('Mails go out late');
    await page.getByLabel('What customers should know').fill('They come an hour late.');
    await page.getByRole('button', { name: 'Tell everybody' }).click();
    const incident = page.getByRole('region', { name: 'Mails go out late' });
    await incident.getByRole('heading', { name: 'Mails go out late' }).waitFor();
    expect(await visit.judge(page)).toEqual([]);
    const { body } = await ask<{ items: { id: string; state: string }[] }>(page, 'GET', '/operator/incidents');
    const path = `/operator/incidents/${body.items[0]?.id}`;
    await incident.getByLabel('How it goes on').fill('All invoices are there.');
    await ask(page, 'POST', `${path}/updates`, { state: 'resolved', text: 'It is over.' });
    await incident.getByText('It is over.').waitFor({ timeout: patient(60_000) });
    await incident.getByRole('button', { name: 'Add', exact: true }).click();
    await incident.getByText('resolved: All invoices are there.').waitFor();
    await incident.getByRole('button', { name: 'It was none: remove it' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('It vanishes from the public page').waitFor();
    expect(await visit.judge(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'It was none: remove it' }).click();
    await incident.waitFor({ state: 'detached' });
  });
}
