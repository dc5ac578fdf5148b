import type { Page } from 'playwright-core';
import type { Mails } from '../mails.ts';
import { ask, emailOf, PASSWORD, type Visit } from './visit.ts';

/** On a platform that sends mails, so that addresses are proven; logged in on their own page, at their organisation. */
export async function accountByMail(visit: Visit, mails: Mails, name: string): Promise<Page> {
  const page = await visit.somebody();
  await visit.go(page, `${visit.url}/log-in`);
  const email = emailOf(name);
  expect((await ask(page, 'POST', '/accounts/request', { email })).status).toBe(204);
  const token = await mails.tokenFor(email, '/register');
  expect((await ask(page, 'POST', '/accounts', { token, password: PASSWORD, name })).status).toBe(201);
  await page.goto(visit.url);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
}
