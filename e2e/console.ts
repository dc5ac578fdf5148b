import { chromiumPath } from '@tidegate/testing/browser';
import { until } from '@tidegate/testing/until';
import type { Page, Request } from 'playwright-core';
import { actForAnOrganisation } from './console/act-for-an-organisation.ts';
import { buyMore } from './console/buy-more.ts';
import { divideUsage } from './console/divide-usage.ts';
import { fillInForms } from './console/fill-in-forms.ts';
import { followWhatHappens } from './console/follow-what-happens.ts';
import { importAFile } from './console/import-a-file.ts';
import { joinByInvitation } from './console/join-by-invitation.ts';
import { keepATable } from './console/keep-a-table.ts';
import { notifyAWebhook } from './console/notify-a-webhook.ts';
import { openBeside } from './console/open-beside.ts';
import { openEveryDialog } from './console/open-every-dialog.ts';
import { outgrowAPlan } from './console/outgrow-a-plan.ts';
import { readAsAViewer } from './console/read-as-a-viewer.ts';
import { readTheAuditLog } from './console/read-the-audit-log.ts';
import { readTheDocuments } from './console/read-the-documents.ts';
import { saveAnInvoice } from './console/save-an-invoice.ts';
import { setUpBots } from './console/set-up-bots.ts';
import { shareABrowser } from './console/share-a-browser.ts';
import { shareAPage } from './console/share-a-page.ts';
import { tradeOwnCandles } from './console/trade-own-candles.ts';
import { trySettings } from './console/try-settings.ts';
import type { Visit } from './console/visit.ts';
import { watchServers } from './console/watch-servers.ts';
import type { NameServer } from './name-server.ts';

/** What every member sees in the bar, by its link. */
const PAGES = [
  '',
  'feed',
  'servers',
  'servers/new',
  'bots',
  'bots/new',
  'backtests',
  'sweeps',
  'sweeps/new',
  'candles',
  'usage',
  'plans',
  'billing',
  'billing/credits',
  'billing/details',
  'team',
  'keys',
  'channels',
  'links',
  'audit',
  'appearance',
  'organisations',
  'account',
];
const CHROMIUM = chromiumPath();

/**
 * The console as people use it. Without a Chromium on this machine these tests say so and do nothing:
 * `npm run test:browser` brings one.
 */
export function browserConsole(visit: Visit, names: NameServer): void {
  describe.runIf(CHROMIUM)('the console in a browser', () => {
    let page: Page;
    let home: string;

    beforeAll(async () => {
      page = await visit.somebody();
    });
    afterAll(() => page?.context().close());

    test('a visitor is led to the log-in and back to where the link led', async () => {
      await page.goto(`${visit.url}/register`);
      await page.getByLabel('Your name').fill('Browser Person');
      await page.getByLabel('E-mail').fill('browser@example.com');
      await page.locator('input[type=password]').fill('short');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page
        .getByText(/at least 12/i)
        .last()
        .waitFor();
      await page.locator('input[type=password]').fill('correct horse battery');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      home = page.url();
      await page.getByRole('button', { name: 'Browser Person' }).click();
      await page.getByRole('menuitem', { name: 'Log out' }).click();
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
      await page.goto(`${home}/usage`);
      await visit.logIn(page, 'browser@example.com', 'correct horse battery');
      await page.getByRole('heading', { name: 'Usage', exact: true }).waitFor();
      expect(page.url()).toBe(`${home}/usage`);
    });

    test('a page asks once for all that stands around it, and then for what it shows itself', async () => {
      const asked: string[] = [];
      const note = (request: Request) => {
        const { pathname } = new URL(request.url());
        // What the page before it asked last belongs to that one.
        if (request.isNavigationRequest()) asked.length = 0;
        if (pathname.startsWith('/api/')) asked.push(pathname);
      };
      page.on('request', note);
      await page.goto(`${home}/keys`);
      await page.getByText('There is no key yet').waitFor();
      await page.getByRole('navigation', { name: 'Main' }).waitFor();
      page.off('request', note);
      expect(asked[0]).toBe('/api/v1/me');
      expect(asked.filter((path) => /\/(me|installation|themes\/.*|organisations)$/.test(path))).toEqual([
        '/api/v1/me',
      ]);
    });

    test('no script of the page can read a token', async () => {
      const readable = await page.evaluate('document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })');
      expect(readable).not.toMatch(/eyJ|tgr_|token/i);
      const session = (await page.context().cookies()).filter(({ name }) => name.includes('tidegate'));
      expect(session.length).toBeGreaterThan(0);
      expect(session.every(({ httpOnly }) => httpOnly)).toBe(true);
    });

    test('every page opens, breaks no policy, and can be used by everybody in both colours and widths', async () => {
      const addresses = PAGES.map((path) => `${home}/${path}`);
      expect(await visit.judgeAll(page, addresses)).toEqual([]);
      expect(visit.takeFaults()).toEqual([]);
    });

    test('a page that still waits for its data can be used by everybody as well', async () => {
      let answer = () => {};
      const asked = new Promise<void>((resolve) => {
        answer = resolve;
      });
      await page.route(/\/api\/v1\/billing\//, async (route) => {
        await asked;
        await route.continue();
      });
      await page.goto(`${home}/billing`, { waitUntil: 'commit' });
      await page.getByRole('status', { name: 'Loading' }).first().waitFor();
      const found = await visit.judge(page);
      answer();
      await page.unrouteAll({ behavior: 'wait' });
      expect(found).toEqual([]);
    });

    test('what a form was refused for stands at its field, and the input stays', async () => {
      await page.goto(`${home}/servers/new`);
      await page.getByLabel('Name').fill('Orders');
      await page.getByLabel('Host').fill('no host name!');
      await page.getByLabel('Role').fill('monitor');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.locator('[aria-invalid="true"], [role="alert"]').first().waitFor();
      expect(await page.getByLabel('Name').inputValue()).toBe('Orders');
    });

    test('settings of a bot show what they need at worst before it exists, and then it trades', async () => {
      await page.goto(`${home}/bots/new`);
      await page.getByLabel('Name').fill('First bot');
      await page.getByText('all of it: there is no stop loss').waitFor();
      await page.getByLabel('Stop loss, in per cent').fill('20');
      await page.getByText('all of it: there is no stop loss').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Create', exact: true }).click();
      await page.getByRole('heading', { name: 'First bot' }).waitFor();
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('heading', { name: 'Levels of the open trade' }).waitFor();
      expect(await visit.judge(page)).toEqual([]);
      for (const tab of ['Equity', 'Decisions', 'Trades'])
        await page.getByRole('link', { name: tab, exact: true }).click();
      await page.getByRole('cell', { name: /▲|▼/ }).first().waitFor();
      expect(await visit.judge(page)).toEqual([]);
    });

    test('a bot that is stopped while it is edited is not saved by that', async () => {
      await page.goto(`${home}/bots`);
      await page.getByRole('link', { name: 'First bot' }).click();
      await page.getByRole('heading', { name: 'Levels of the open trade' }).waitFor();
      const address = `${page.url().replace(/[?#].*/, '')}/edit`;
      await page.goto(address);
      await page.getByLabel('Stop loss, in per cent').fill('25');
      await page.getByText('It has to be stopped first').waitFor();
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(page.url()).toBe(address);
      expect(await page.getByRole('alert').count()).toBe(0);
    });

    test('a key is shown once, replaced, revoked and refused', async () => {
      await page.goto(`${home}/keys`);
      await page.getByRole('button', { name: 'Create a key' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('CI');
      await dialog.getByLabel('servers:read').check();
      // What an owner has, and nothing that no key has.
      await dialog.getByLabel('audit:read').waitFor();
      await dialog.getByLabel('members:write').waitFor();
      expect(await dialog.getByLabel('operator').count()).toBe(0);
      expect(await visit.judge(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Create', exact: true }).click();
      const key = (await dialog.locator('pre').textContent()) ?? '';
      expect(key).toMatch(/^tg_/);
      await dialog.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('cell', { name: 'CI' }).waitFor();
      expect(await page.content()).not.toContain(key);
      // Its row changes while the dialog with the new secret is open.
      await page.getByRole('button', { name: 'Rotate' }).click();
      await dialog.getByRole('button', { name: 'Make the new key' }).click();
      await page.getByText('replaced; works until').waitFor();
      expect(await dialog.locator('pre').textContent()).toMatch(/^tg_/);
      expect(await dialog.locator('pre').textContent()).not.toBe(key);
      const newKey = (await dialog.locator('pre').textContent()) ?? '';
      await dialog.getByRole('button', { name: 'Done' }).click();
      const statusOf = async (secret: string) =>
        (await fetch(`${visit.url}/api/v1/servers`, { headers: { authorization: `Bearer ${secret}` } })).status;
      expect([await statusOf(key), await statusOf(newKey)]).toEqual([200, 200]);
      const row = page.getByRole('row').filter({ has: page.getByRole('cell', { name: 'CI' }), hasNotText: 'replaced' });
      await row.getByRole('button', { name: 'Revoke' }).click();
      await dialog.getByText('Whatever uses it is refused from then on.').waitFor();
      expect(await visit.judge(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Revoke' }).click();
      await row.waitFor({ state: 'detached' });
      await until(async () => (await statusOf(newKey)) === 401, { what: 'the key is refused' });
      expect(await statusOf(key)).toBe(200);
    });

    test('a session that ends in the middle of a form costs no input: the request goes on after a log-in', async () => {
      await page.goto(`${home}/organisations`);
      await page.getByLabel('Name of the new organisation').fill('Kept input');
      await page.evaluate(
        `fetch('/api/v1/sessions/current', { method: 'DELETE', headers: { 'session-cookies': 'true' } })`,
      );
      await page.getByRole('button', { name: 'Create', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Your session has ended').waitFor();
      expect(await page.getByLabel('Name of the new organisation').inputValue()).toBe('Kept input');
      expect(await visit.judge(page)).toEqual([]);
      await dialog.locator('input[type=password]').fill('correct horse battery');
      await dialog.getByRole('button', { name: 'Log in' }).click();
      await page.waitForURL(({ href }) => /\/o\//.test(href) && !href.startsWith(home));
      const made = page.url();
      await page.goto(`${made}/organisations`);
      const link = page.getByRole('cell').getByRole('link', { name: 'Kept input' });
      await link.first().waitFor();
      expect(await link.count()).toBe(1);
    });

    test('pages for people who are not inside can be used by everybody', async () => {
      const tokens = ['reset-password', 'invitation#token=none', 'verify-email#token=none'];
      const paths = ['log-in', 'register', 'forgotten-password', ...tokens, 'pricing', 'no/such/page', 'status'];
      expect(
        await visit.judgeAll(
          page,
          paths.map((path) => `${visit.url}/${path}`),
        ),
      ).toEqual([]);
    });

    test('a session that ends elsewhere ends here', async () => {
      await page.goto(`${home}/usage`);
      await page.getByRole('heading', { name: 'Usage', exact: true }).waitFor();
      await page.evaluate(
        `fetch('/api/v1/sessions/current', { method: 'DELETE', headers: { 'session-cookies': 'true' } })`,
      );
      await page.goto(`${home}/usage`);
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
      expect(visit.takeFaults()).toEqual([]);
    });
  });

  describe.runIf(CHROMIUM)('a plan that became too small, in a browser', () => outgrowAPlan(visit));
  describe.runIf(CHROMIUM)('forms, in a browser', () => fillInForms(visit));
  describe.runIf(CHROMIUM)('usage by key, in a browser', () => divideUsage(visit));
  describe.runIf(CHROMIUM)('somebody who may only look, in a browser', () => readAsAViewer(visit));
  describe.runIf(CHROMIUM)('the audit log, in a browser', () => readTheAuditLog(visit));
  describe.runIf(CHROMIUM)('an invoice, in a browser', () => saveAnInvoice(visit));
  describe.runIf(CHROMIUM)('what is bought beside a plan, in a browser', () => buyMore(visit));
  describe.runIf(CHROMIUM)('what an operator does by hand, in a browser', () => actForAnOrganisation(visit));
  describe.runIf(CHROMIUM)('a table of many rows, in a browser', () => keepATable(visit));
  describe.runIf(CHROMIUM)('bots and invoices beside their lists, in a browser', () => openBeside(visit));
  describe.runIf(CHROMIUM)('candles of one’s own, in a browser', () => tradeOwnCandles(visit));
  describe.runIf(CHROMIUM)('a file of candles, in a browser', () => importAFile(visit));
  describe.runIf(CHROMIUM)('settings that are tried, in a browser', () => trySettings(visit));
  describe.runIf(CHROMIUM)('an invitation, in a browser', () => joinByInvitation(visit));
  describe.runIf(CHROMIUM)('a webhook and what was lost on its way, in a browser', () => notifyAWebhook(visit));
  describe.runIf(CHROMIUM)('the reference of the API, in a browser', () => readTheDocuments(visit));
  describe.runIf(CHROMIUM)('what happened, in a browser', () => followWhatHappens(visit));
  describe.runIf(CHROMIUM)('every setting of a bot, in a browser', () => setUpBots(visit));
  describe.runIf(CHROMIUM)('tabs of one browser', () => shareABrowser(visit));
  describe.runIf(CHROMIUM)('what an operator watches, in a browser', () => watchServers(visit));
  describe.runIf(CHROMIUM)('a page that is shared, in a browser', () => shareAPage(visit, names));
  describe.runIf(CHROMIUM)('every dialog, in a browser', () => openEveryDialog(visit));

  test.runIf(!CHROMIUM)(
    'the console is not tried: this machine has no Chromium (npm run test:browser brings one)',
    () => {},
  );
}
