import { chromiumPath } from '@tidegate/testing/browser';
import { until } from '@tidegate/testing/until';
import type { Page } from 'playwright-core';
import type { Mails } from '../mails.ts';
import { accountByMail } from './account-by-mail.ts';
import { ask, emailOf, PASSWORD, type Visit } from './visit.ts';

/** On a platform that sends mails, so that addresses are proven. */
export function belongNowhere(visit: Visit, mails: Mails): void {
  const nowhere = (page: Page) => page.getByRole('heading', { name: 'You belong to no organisation' }).waitFor();
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  describe.runIf(chromiumPath())('somebody who belongs to no organisation, in a browser', () => {
    let host: Page;
    let lone: Page;
    let home: string;
    beforeAll(async () => {
      host = await accountByMail(visit, mails, 'Welcoming Person');
      lone = await accountByMail(visit, mails, 'Lone Person');
      home = host.url().replace(/[?#].*/, '');
    });
    afterAll(() => Promise.all([host, lone].map((one) => one?.context().close())));

    test('logs out, looks after the account, declines, and joins whoever has invited them', async () => {
      for (const [name, role] of [
        ['Welcoming', 'viewer'],
        ['Pushing', 'viewer'],
      ] as const) {
        if (name === 'Pushing') {
          const made = await ask<{ id: string }>(host, 'POST', '/organisations', { name });
          await visit.go(host, `${visit.url}/o/${made.body.id}/team`);
        }
        const invited = await ask(host, 'POST', '/invitations', { email: emailOf('Lone Person'), role });
        expect(invited.status).toBe(201);
      }
      await visit.go(lone, `${lone.url().replace(/[?#].*/, '')}/organisations`);
      await button(lone, 'Delete the organisation').click();
      const dialog = lone.getByRole('dialog');
      const typed = dialog.getByLabel(/^Type/);
      const name = /^Type (.*) to go on$/.exec((await dialog.locator('label').first().textContent()) ?? '')?.[1];
      await typed.fill(name ?? '');
      expect(await visit.judge(lone)).toEqual([]);
      await button(lone, 'Delete the organisation').last().click();
      await nowhere(lone);
      await visit.settled(lone);
      expect(await visit.judge(lone)).toEqual([]);
      await lone.getByRole('link', { name: 'Account' }).click();
      await lone.getByRole('heading', { name: 'What was done to this account' }).waitFor();
      await visit.settled(lone);
      expect(await visit.judge(lone)).toEqual([]);
      await button(lone, 'Log out').click();
      await lone.getByRole('heading', { name: 'Log in' }).waitFor();
      await visit.go(lone, `${visit.url}/account`);
      await visit.logIn(lone, emailOf('Lone Person'), PASSWORD);
      await lone.getByRole('heading', { name: 'Account', exact: true }).waitFor();
      await lone.getByRole('link', { name: 'Organisations' }).click();
      const pushing = lone.getByRole('row').filter({ hasText: 'Pushing' });
      await pushing.getByRole('button', { name: 'Decline' }).click();
      await lone.getByRole('dialog').waitFor();
      expect(await visit.judge(lone)).toEqual([]);
      await button(lone, 'Decline').last().click();
      await pushing.waitFor({ state: 'detached' });
      await lone.getByRole('button', { name: /^Join / }).click();
      await lone.getByRole('heading', { name: 'Overview' }).waitFor();
      expect(lone.url()).toContain(home);
    });

    test('a role is asked about before it is changed, and the arrow keys change none', async () => {
      await visit.go(host, `${home}/team`);
      const select = host.getByLabel('Role of Lone Person');
      const roles = async () =>
        (await ask<{ items: { name: string; role: string }[] }>(host, 'GET', '/members')).body.items.map(
          ({ role }) => role,
        );
      await select.selectOption('editor');
      await select.selectOption('owner');
      const dialog = host.getByRole('dialog');
      await button(host, 'Change the role').click();
      await dialog.getByText('Owners may do everything here').waitFor();
      expect(await visit.judge(host)).toEqual([]);
      await dialog.getByRole('button', { name: 'No' }).click();
      expect(await roles()).toEqual(['owner', 'viewer']);
      await button(host, 'Change the role').click();
      await dialog.getByRole('button', { name: 'Change the role' }).click();
      await until(async () => (await roles()).at(-1) === 'owner', { what: 'the new role' });
      await host.getByLabel('Role of Welcoming Person').selectOption('viewer');
      await host
        .getByRole('row', { name: 'Welcoming Person' })
        .getByRole('button', { name: 'Change the role' })
        .click();
      await dialog.getByText('It is your own role').waitFor();
      await dialog.getByRole('button', { name: 'No' }).click();
      await dialog.waitFor({ state: 'detached' });
      await host.getByRole('row').filter({ hasText: 'Lone Person' }).getByRole('button', { name: 'Remove' }).click();
      await dialog.getByText('end with it').waitFor();
      expect(await visit.judge(host)).toEqual([]);
      await dialog.getByRole('button', { name: 'No' }).click();
    });

    test('whoever leaves the last one is not left behind in it, and makes one of their own', async () => {
      await visit.go(lone, `${home}/organisations`);
      await lone.getByRole('button', { name: 'Leave' }).click();
      await lone.getByRole('dialog').waitFor();
      expect(await visit.judge(lone)).toEqual([]);
      await lone.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
      await nowhere(lone);
      await lone.getByLabel('Name of the new organisation').fill('At last');
      await button(lone, 'Create').click();
      await lone.getByRole('heading', { name: 'Overview' }).waitFor();
      expect(lone.url()).not.toContain(home);
    });
  });
}
