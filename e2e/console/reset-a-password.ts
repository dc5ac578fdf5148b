import { chromiumPath } from '@tidegate/testing/browser';
import type { Mails } from '../mails.ts';
import { emailOf, PASSWORD, type Visit } from './visit.ts';

/** On a platform that sends mails. */
export function resetAPassword(visit: Visit, mails: Mails): void {
  test.runIf(chromiumPath())(
    'an account begins with a mail; a forgotten password is set anew by another one, once, and ends its sessions',
    async () => {
      const email = emailOf('Forgetful Person');
      // Where mail is sent, the address is proved before there is an account.
      const inside = await visit.somebody();
      await visit.go(inside, `${visit.url}/register`);
      await inside.getByLabel('E-mail').fill(email);
      expect(await visit.judge(inside)).toEqual([]);
      await inside.getByRole('button', { name: 'Send the mail' }).click();
      await inside.getByRole('status').waitFor();
      await inside.goto('about:blank');
      await visit.go(inside, `${visit.url}/register#token=${await mails.tokenFor(email, '/register')}`);
      await inside.getByLabel('Your name').fill('Forgetful Person');
      await inside.locator('input[type=password]').fill(PASSWORD);
      await inside.getByRole('button', { name: 'Create account' }).click();
      await inside.getByRole('heading', { name: 'Overview' }).waitFor();
      const home = inside.url();
      const page = await visit.somebody();
      const asked: string[] = [];
      for (const address of ['nobody.at.all@example.com', email]) {
        await visit.go(page, `${visit.url}/forgotten-password`);
        await page.getByLabel('E-mail').fill(address);
        await page.getByRole('button', { name: 'Send the mail' }).click();
        asked.push((await page.getByRole('status').textContent()) ?? '');
      }
      // Nobody learns who has an account.
      expect(new Set(asked).size).toBe(1);
      expect(await visit.judge(page)).toEqual([]);
      const link = `${visit.url}/reset-password#token=${await mails.tokenFor(email, '/reset-password')}`;
      for (const times of ['once', 'twice']) {
        // The same page with another # would not be loaded again.
        await page.goto('about:blank');
        await visit.go(page, link);
        await page.locator('input[type=password]').fill(`${PASSWORD} staple ${times}`);
        await page.getByRole('button', { name: 'Set it' }).click();
        if (times === 'once') await page.getByRole('heading', { name: 'Log in' }).waitFor();
        else await page.getByRole('alert').waitFor();
      }
      await inside.goto(`${home}/usage`);
      await inside.getByRole('heading', { name: 'Log in' }).waitFor();
      await visit.logIn(inside, email, PASSWORD);
      await inside.getByRole('alert').waitFor();
      await visit.logIn(inside, email, `${PASSWORD} staple once`);
      await inside.getByRole('heading', { name: 'Usage', exact: true }).waitFor();
      await Promise.all([inside, page].map((one) => one.context().close()));
    },
  );
}
