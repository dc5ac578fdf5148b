import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newWebhookSecret, signWebhook } from '../messages/webhook-signature.ts';

/* docs/notifications.md promises that its code verifies its example and everything that we send. */
const page = readFileSync(join(__dirname, '../../../../docs/notifications.md'), 'utf8');
const block = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

interface Given {
  secret: string;
  headers: Record<string, string>;
  body: string;
  now: number;
}

/** Runs the documented code, as a reader would, in a process of its own. */
function verifies(given: Given): boolean {
  const { secret, headers, body, now } = given;
  const code = `${block('js')}\nconsole.log(verifyWebhook(...${JSON.stringify([secret, headers, body, now])}))`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }).trim() === 'true';
}

it('verifies the request that the page shows with the secret that it shows', () => {
  const [head = '', body = ''] = block('http').trimEnd().split('\n\n');
  const headers = Object.fromEntries(
    head
      .split('\n')
      .slice(1)
      .map((line) => line.split(': ')),
  );
  const secret = /"secret":"(whsec_[^"]+)"/.exec(page)?.[1] ?? '';
  const now = Number(headers['webhook-timestamp']) * 1000;
  expect(verifies({ secret, headers, body, now })).toBe(true);
  expect(verifies({ secret, headers, body: body.replace('Deploy', 'Evil'), now })).toBe(false);
  expect(verifies({ secret, headers, body, now: now + 301_000 })).toBe(false);
});

it('verifies either signature while a secret is rotated', () => {
  const [next, old] = [newWebhookSecret(), newWebhookSecret()];
  const now = Date.now();
  const body = '{"type":"trade.closed","data":{"botName":"Ünïcode 🚀"}}';
  const headers = { ...signWebhook([next, old], 'id', new Date(now), body) };
  expect(verifies({ secret: next, headers, body, now })).toBe(true);
  expect(verifies({ secret: old, headers, body, now })).toBe(true);
  expect(verifies({ secret: newWebhookSecret(), headers, body, now })).toBe(false);
});
