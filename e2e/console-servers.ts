import { chromiumPath } from '@tidegate/testing/browser';
import type { Page } from 'playwright-core';
import type { Visit } from './console/visit.ts';

/** What stands in the tabs of a server, and one page that a list leads to. */
const PAGES = [
  '',
  '?compare=previous',
  '/statements',
  '/activity',
  '/tables',
  '/indexes',
  '/findings',
  '/findings?show=dismissed',
  '/wraparound',
  '/sizes',
  '/missing',
  '/settings',
  '/table?database=postgres&schema=public&name=none',
];

/** The pages of a watched server, with what the installation sees of its own database. */
export function consoleServers(visit: Visit): void {
  describe.runIf(chromiumPath())('a server in the browser', () => {
    let page: Page;
    let home: string;
    let server: string;

    beforeAll(async () => {
      ({ page, home } = await visit.operator());
    });
    afterAll(() => page?.context().close());

    test('the overview leads to it, the list finds it by the address, and its row has what was seen', async () => {
      expect(await visit.judge(page)).toEqual([]);
      await page.goto(`${home}/servers?search=This&sort=commits`);
      await page.getByRole('columnheader', { name: /Commits/, exact: false }).waitFor();
      const link = page.getByRole('link', { name: 'This installation' });
      expect(await page.getByRole('combobox', { name: 'State' }).inputValue()).toBe('');
      expect(await visit.judge(page)).toEqual([]);
      await page.goto(`${home}/servers?search=no+such+server`);
      await page.getByText('No server is like that').waitFor();
      await page.getByRole('link', { name: 'Show all' }).click();
      server = new URL((await link.getAttribute('href')) ?? '', visit.url).href;
    });

    test('every page of it opens and can be used by everybody', async () => {
      const addresses = PAGES.map((path) => `${server}${path}`);
      expect(await visit.judgeAll(page, addresses)).toEqual([]);
    });

    test('a note stands beside the charts until it is deleted', async () => {
      await page.goto(server);
      await page.getByLabel('What happened').fill('Release 42');
      await page.getByRole('button', { name: 'Add a note' }).click();
      const note = page.getByRole('listitem').filter({ hasText: 'Release 42' });
      await note.getByRole('button', { name: 'Delete' }).click();
      await note.waitFor({ state: 'detached' });
    });

    test('what would be lost is said before it is removed, and its name has to be typed', async () => {
      await page.goto(`${server}/settings`);
      await page.getByRole('button', { name: 'Remove this server' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/Everything that was collected since/).waitFor();
      expect(await visit.judge(page)).toEqual([]);
      const yes = dialog.getByRole('button', { name: 'Remove this server' });
      expect(await yes.isDisabled()).toBe(true);
      await dialog.getByRole('textbox').fill('This installation');
      expect(await yes.isDisabled()).toBe(false);
      await dialog.getByRole('button', { name: 'No', exact: true }).click();
    });

    test('the database of the installation is watched again after it was removed', async () => {
      await page.goto(`${server}/settings`);
      await page.getByRole('button', { name: 'Remove this server' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').fill('This installation');
      await dialog.getByRole('button', { name: 'Remove this server' }).click();
      await page.getByRole('heading', { name: 'Servers' }).waitFor();
      await visit.go(page, `${home}/servers/new`);
      expect(await visit.judge(page)).toEqual([]);
      await page.getByRole('button', { name: 'Watch it' }).click();
      await page.getByRole('heading', { name: 'This installation' }).waitFor();
      expect(page.url()).not.toContain(server);
      // Asked once more it leads there.
      const again = page.url();
      await visit.go(page, `${home}/servers/new`);
      await page.getByRole('button', { name: 'Watch it' }).click();
      await page.waitForURL(again);
    });
  });
}
