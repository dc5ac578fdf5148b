import { chromiumPath } from '@tidegate/testing/browser';
import type { Page } from 'playwright-core';
import type { Mails } from '../mails.ts';
import { accountByMail } from './account-by-mail.ts';
import { emailOf, type Visit } from './visit.ts';

/** On a platform that sends mails. */
export function changeAnAddress(visit: Visit, mails: Mails): void {
  describe.runIf(chromiumPath())('addresses that change, in a browser', () => {
    let page: Page;
    let home: string;
    beforeAll(async () => {
      page = await accountByMail(visit, mails, 'Moving Person');
      home = page.url().replace(/[?#].*/, '');
    });
    afterAll(() => page?.context().close());

    test('a channel’s address is told nothing before it has agreed, and nothing after it wants no more', async () => {
      const address = 'on.call@example.com';
      const state = (is: string) => page.getByRole('table', { name: 'Channels' }).getByText(is, { exact: true });
      await visit.go(page, `${home}/channels`);
      await page.getByRole('button', { name: 'Add a channel' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Address').fill(address);
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await dialog.getByText('nothing else is sent before the address has confirmed it').waitFor();
      await dialog.getByRole('button', { name: 'Done' }).click();
      await state('unconfirmed').waitFor();

      const reader = await visit.somebody();
      await visit.go(reader, `${visit.url}/confirm-address#token=${await mails.tokenFor(address, '/confirm-address')}`);
      await reader.getByText('Notifications are sent to this address from now on.').waitFor();
      expect(await visit.judge(reader)).toEqual([]);
      await visit.go(page, `${home}/channels`);
      await state('active').waitFor();
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await visit.go(reader, `${visit.url}/unsubscribe#token=${await mails.tokenFor(address, '/unsubscribe')}`);
      await reader.getByText('Nothing is sent to this address any more.').waitFor();
      expect(await visit.judge(reader)).toEqual([]);
      await visit.go(page, `${home}/channels`);
      await state('disabled').waitFor();
      await reader.context().close();
    });

    test('an account’s address changes by a mail to the new one, and is taken back by one to the old', async () => {
      const [old, next] = [emailOf('Moving Person'), emailOf('Moved Person')];
      const own = (email: string) => page.getByText(`Your address is ${email}.`);
      await visit.go(page, `${home}/account`);
      await page.getByLabel('New e-mail address').fill(next);
      await page.getByRole('button', { name: 'Change the address' }).click();
      await page.getByText('Nothing changes before its link was used.').waitFor();
      await visit.go(page, `${home}/account`);
      await own(old).waitFor();

      const tab = await visit.tab(page.context());
      await visit.go(tab, `${visit.url}/change-email#token=${await mails.tokenFor(next, '/change-email')}`);
      await tab.getByText('Your account has this address now.').waitFor();
      expect(await visit.judge(tab)).toEqual([]);
      await visit.go(page, `${home}/account`);
      await own(next).waitFor();

      const reader = await visit.somebody();
      await visit.go(reader, `${visit.url}/undo-email-change#token=${await mails.tokenFor(old, '/undo-email-change')}`);
      const undo = reader.getByRole('button', { name: 'Undo the change' });
      await undo.waitFor();
      expect(await visit.judge(reader)).toEqual([]);
      // Opening the page, as a mail program may, undoes nothing.
      await visit.go(page, `${home}/account`);
      await own(next).waitFor();
      await undo.click();
      await reader.getByText('Your account has this address again.').waitFor();
      await page.goto(`${home}/account`);
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
      await reader.context().close();
    });
  });
}
