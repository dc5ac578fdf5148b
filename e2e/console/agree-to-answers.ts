import { chromiumPath } from '@tidegate/testing/browser';
import type { Mails } from '../mails.ts';
import { emailOf, PASSWORD, type Visit } from './visit.ts';

/** On a platform that sends mails: answers to an organisation's mails go to an address that was asked. */
export function agreeToAnswers(visit: Visit, mails: Mails): void {
  test.runIf(chromiumPath())(
    'somebody without an account agrees by a mail that answers come to their address',
    async () => {
      const email = emailOf('Asking Person');
      const desk = 'help.desk@example.com';
      const page = await visit.somebody();
      await visit.go(page, `${visit.url}/register`);
      await page.getByLabel('E-mail').fill(email);
      await page.getByRole('button', { name: 'Send the mail' }).click();
      await page.getByRole('status').waitFor();
      await page.goto('about:blank');
      await visit.go(page, `${visit.url}/register#token=${await mails.tokenFor(email, '/register')}`);
      await page.getByLabel('Your name').fill('Asking Person');
      await page.locator('input[type=password]').fill(PASSWORD);
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      const appearance = `${page.url().replace(/[?#].*/, '')}/appearance`;
      await visit.go(page, appearance);
      await page.getByLabel('Answers go to').fill(desk);
      const form = page.locator('form').filter({ has: page.getByLabel('Answers go to') });
      await form.getByRole('button', { name: 'Save' }).click();
      const waiting = page.getByText(`${desk} has not agreed yet`, { exact: false });
      await waiting.waitFor();
      expect(await visit.judge(page)).toEqual([]);

      const reader = await visit.somebody();
      const token = await mails.tokenFor(desk, '/confirm-reply-address');
      await visit.go(reader, `${visit.url}/confirm-reply-address#token=${token}`);
      const agree = reader.getByRole('button', { name: 'I agree' });
      await agree.waitFor();
      expect(await visit.judge(reader)).toEqual([]);
      // Opening the page, as a mail program may, agrees to nothing.
      await visit.go(page, appearance);
      await waiting.waitFor();
      await agree.click();
      await reader.getByText('Answers come to this address from now on.').waitFor();
      await visit.go(page, appearance);
      await page.getByLabel('Answers go to').waitFor();
      expect(await page.getByLabel('Answers go to').inputValue()).toBe(desk);
      expect(await waiting.count()).toBe(0);
      await Promise.all([page, reader].map((one) => one.context().close()));
    },
  );
}
