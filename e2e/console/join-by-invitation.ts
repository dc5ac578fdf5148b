import type { Page } from 'playwright-core';
import { emailOf, PASSWORD, type Visit } from './visit.ts';

/** On a platform that sends no mail, so that the link is handed over. */
export function joinByInvitation(visit: Visit): void {
  let host: Page;
  let guest: Page;
  let home: string;
  beforeAll(async () => {
    host = await visit.somebody();
    guest = await visit.somebody();
    home = await visit.register(host, 'Inviting Person');
  });
  afterAll(() => Promise.all([host, guest].map((one) => one?.context().close())));

  test('whoever was invited follows the link, makes an account, joins with that role, and the link is used up', async () => {
    const email = emailOf('Joining Person');
    await visit.go(host, `${home}/team`);
    await host.getByLabel('E-mail of the person').fill(email);
    await host.getByLabel('Role of the person').selectOption('editor');
    await host.getByRole('button', { name: 'Invite', exact: true }).click();
    const link = (await host.getByRole('status').locator('pre').textContent()) ?? '';
    expect(link).toContain(`${visit.url}/invitation#token=`);

    // Not for whoever is logged in as somebody else.
    await visit.go(host, link);
    await host.getByText('The invitation is for another address.').waitFor();
    expect(await host.getByRole('button', { name: 'Join' }).count()).toBe(0);

    await visit.go(guest, link);
    await guest.getByText(`invites ${email} to join, with the role editor.`).waitFor();
    expect(await visit.judge(guest)).toEqual([]);
    await guest.getByRole('link', { name: 'Create one' }).click();
    await guest.getByLabel('Your name').fill('Joining Person');
    await guest.getByLabel('E-mail').fill(email);
    await guest.locator('input[type=password]').fill(PASSWORD);
    // They come to join one, and make none.
    expect(await guest.getByLabel('Organisation').count()).toBe(0);
    await guest.getByRole('button', { name: 'Create account' }).click();
    await guest.getByRole('button', { name: 'Join', exact: true }).click();
    await guest.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(guest.url()).toContain(home);

    await visit.go(host, `${home}/team`);
    await host.getByLabel('Role of Joining Person').waitFor();
    expect(await host.getByLabel('Role of Joining Person').inputValue()).toBe('editor');
    await guest.goto('about:blank');
    await visit.go(guest, link);
    await guest.getByRole('alert').getByText('The invitation is not valid for you').waitFor();
  });
}
