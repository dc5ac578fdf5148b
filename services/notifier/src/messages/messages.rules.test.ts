import type { Notice } from '@tidegate/contracts/notifier/notices';
import { oneLine } from './mail-template.rules.ts';
import { messageOf } from './messages.rules.ts';

const LEAVE = 'https://tidegate.test/unsubscribe#token=x';
const messageFor = (notice: Parameters<typeof messageOf>[0]) =>
  messageOf(notice, LEAVE, { name: 'Tidegate', publicUrl: 'https://tidegate.test' });

const timestamp = '2026-11-20T10:05:00.000Z';
const id = '0199e5a0-0000-7000-8000-000000000001';

const unreachable = (name: string): Notice => ({
  type: 'server.unreachable',
  timestamp,
  data: { serverId: id, name, since: timestamp, code: 'connection_refused' },
});

const closed = (profit: string, profitPercent: string): Notice => ({
  type: 'trade.closed',
  timestamp,
  data: {
    tradeId: id,
    botId: id,
    botName: 'Morning BTC',
    market: 'BTC/USDT',
    direction: 'long',
    profit,
    profitPercent,
    currency: 'USDT',
    closedAt: timestamp,
  },
});

const quota = (percent: number, used: number): Notice => ({
  type: 'quota.reached',
  timestamp,
  data: { meter: 'api_calls', limit: 1000, used, percent, periodStart: timestamp, periodEnd: '2026-12-20T10:05:00Z' },
});

it('says which server is unreachable, since when and what to do', () => {
  const { subject, text, html } = messageFor(unreachable('orders-db'));
  expect(subject).toBe('Server "orders-db" is unreachable');
  expect(text).toContain('since 2026-11-20 10:05 UTC');
  expect(text).toContain('Reason: connection_refused');
  expect(text).toContain('firewall');
  expect(text).toContain(`To unsubscribe: ${LEAVE}`);
  expect(html).toMatch(/<td[^>]*>connection_refused<\/td>/);
});

it.each([
  ['12.50', '1.25', '+12.50 USDT (+1.25 %)'],
  ['-3.10', '-0.4', '-3.10 USDT (-0.4 %)'],
  ['0.00', '0', '0.00 USDT (0 %)'],
  ['12345678901234567890.123456789', '1', '+12345678901234567890.123456789 USDT (+1 %)'],
])('reports a profit of %s exactly', (profit, percent, result) => {
  const { subject, text } = messageFor(closed(profit, percent));
  expect(subject).toBe(`Bot "Morning BTC" closed a trade: ${result}`);
  expect(text).toContain(`Result: ${result}`);
});

it('says which bot was halted, why and what to do', () => {
  const data = { botId: id, botName: 'Morning BTC', reason: 'cannotRun' as const, haltedAt: timestamp };
  const { subject, text } = messageFor({
    type: 'bot.halted',
    timestamp,
    data: { ...data, message: 'It failed\r\nBcc: x' },
  });
  expect(subject).toBe('Bot "Morning BTC" was halted');
  expect(text).toContain('was halted: It failed Bcc: x\n');
  expect(text).toContain('Reason: cannotRun');
  expect(text).toContain('start it again');
});

it('distinguishes a quota that fills up from one that is used up', () => {
  expect(messageFor(quota(80, 800)).subject).toBe('80 % of the quota of api calls is used');
  expect(messageFor(quota(100, 1000)).subject).toBe('The quota of api calls is used up');
  expect(messageFor(quota(80, 803)).text).toContain('Used: 803 of 1000');
});

it('never lets a name start another line of the subject or hide text in it', () => {
  for (const name of ['a\r\nBcc: victim@example.com', 'a\nb', 'a\u2028b', 'a\u0085b', 'a\u202eb', 'a\u0000b']) {
    const { subject } = messageFor(unreachable(name));
    expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
    expect(subject).toMatch(/^Server "a .*" is unreachable$/);
  }
});

it('shows markup in names as text', () => {
  const { html } = messageFor(unreachable(`<img src=x onerror="alert('1')">&`));
  expect(html).not.toContain('<img');
  expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
});

it('cuts long names between characters, not inside them', () => {
  expect(oneLine('😀'.repeat(100), 10)).toBe(`${'😀'.repeat(9)}…`);
  expect([...messageFor(unreachable('x'.repeat(5000))).subject].length).toBeLessThanOrEqual(120);
});

it('says which invoice is due, how much, and what follows when it is not paid', () => {
  const due = (daysOverdue: number): Notice => ({
    type: 'invoice.due',
    timestamp,
    data: {
      invoiceId: id,
      number: '2026-000042',
      amount: '49.00',
      currency: 'EUR',
      dueAt: timestamp,
      daysOverdue,
      readOnlyAt: '2026-11-27T10:05:00.000Z',
      unpaidAt: '2026-12-27T10:05:00.000Z',
    },
  });
  const { subject, text } = messageFor(due(3));
  expect(subject).toBe('Invoice 2026-000042 is overdue: 49.00 EUR');
  expect(text).toContain('Read-only from: 2026-11-27 10:05 UTC');
  expect(messageFor(due(-3)).subject).toBe('Invoice 2026-000042 will be due soon: 49.00 EUR');
});

it.each([
  [true, 'Your order of Free was approved'],
  [false, 'Your order of Free was refused'],
])('says what was decided about an order (approved: %s)', (approved, expected) => {
  const data = { product: 'bots', plan: 'free', planName: 'Free', approved, reason: 'as agreed' };
  const { subject, text } = messageFor({ type: 'plan.decided', timestamp, data });
  expect(subject).toBe(expected);
  expect(text).toContain('Reason: as agreed');
});

it('says the operator what was ordered, by which organisation, and how it is decided', () => {
  const data = { organisationId: id, product: 'bots', productName: 'Trading bots', plan: 'free', planName: 'Free' };
  const { subject, text } = messageFor({ type: 'plan.ordered', timestamp, data });
  expect(subject).toBe('An order of Free waits for your approval');
  expect(text).toContain('Plan: Free (Trading bots)');
  expect(text).toContain(`/api/v1/operator/organisations/${id}/orders/bots`);
});
