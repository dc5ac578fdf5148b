import type { Account } from './account.ts';
import { Refusal } from './refusal.ts';
import type { Answer, Incoming } from './server.ts';

/** A page that a person visits: answers by the object's id in its path and by what a form sends. */
export interface Page {
  path: RegExp;
  get?: (account: Account, id: string) => string;
  post?: (
    account: Account,
    id: string,
    entered: Record<string, string>,
    part: string,
  ) => { status: number; location?: string; body?: object };
}

export function visit(pages: Page[], accounts: Account[], { method, url, body }: Incoming): Answer {
  const found = pages.map((page) => ({ page, match: page.path.exec(url.pathname) })).find(({ match }) => match);
  const id = found?.match?.[1] ?? '';
  const account = accounts.find((one) => one.store.anything(id));
  const handler = method === 'POST' ? found?.page.post : found?.page.get;
  if (!found || !account || !handler) return { status: 404, body: 'Nothing is here.' };
  const html = { 'content-type': 'text/html; charset=utf-8' };
  if (method !== 'POST') return { status: 200, headers: html, body: found.page.get?.(account, id) ?? '' };
  try {
    const entered = Object.fromEntries(new URLSearchParams(body));
    const done = found.page.post?.(account, id, entered, found.match?.[2] ?? '') ?? { status: 404 };
    const headers = { 'content-type': 'application/json', ...(done.location ? { location: done.location } : {}) };
    return { status: done.status, headers, body: JSON.stringify(done.body ?? {}) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return {
      status: error.status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error: error.body }),
    };
  }
}
