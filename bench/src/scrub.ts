import { Scrubber } from '@tidegate/monitor-agent/kernel/scrubbing/scrubber';
import { loadModule, normalizeSync } from 'libpg-query';
import { random } from './candles.ts';
import type { Result } from './main.ts';
import { median } from './servers.ts';

const TEXTS = 3_000;
const ROUNDS = 5;

/**
 * Texts of statements through the scrubbing thread as a pass over a server's texts does it: PostgreSQL's scanner, our
 * rules over its tokens, and the fingerprint of what is left. Against normalize() of the same library alone, which leaves
 * comments and many constants in.
 */
export async function scrub(): Promise<Result> {
  await loadModule();
  const texts = statements();
  const chars = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / texts.length);
  const rounds: { scrubbed: number; live: number; normalized: number }[] = [];
  process.stdout.write(`${chars} characters a text\nround  texts/s  without fingerprints/s  normalize()/s\n`);
  for (let round = -1; round < ROUNDS; round += 1) {
    const scrubber = new Scrubber({ remembered: 0 });
    await scrubber.scrub(texts.slice(0, 200));
    const scrubbed = await rate(async () => {
      const done = await scrubber.scrub(texts);
      if (!done.every((one) => one?.fingerprint)) throw new Error('A text was not scrubbed.');
    });
    const live = await rate(() => scrubber.scrubLive(texts));
    const normalized = await rate(async () => texts.map((text) => normalizeSync(text)));
    await scrubber.close();
    if (round < 0) continue;
    rounds.push({ scrubbed, live, normalized });
    const row = [scrubbed.toFixed(0).padEnd(8), live.toFixed(0).padEnd(23), normalized.toFixed(0)];
    process.stdout.write(`${round + 1}      ${row.join(' ')}\n`);
  }
  return {
    name: 'scrub',
    value: Math.round(median(rounds.map(({ scrubbed }) => scrubbed))),
    unit: 'texts/s',
    ratio: Number(median(rounds.map(({ scrubbed, normalized }) => scrubbed / normalized)).toFixed(3)),
    against: 'normalize() of libpg-query in the same run',
  };
}

async function rate(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return TEXTS / ((performance.now() - began) / 1_000);
}

/** No two alike: joins, conditions with constants of each kind, a list, a comment. */
function statements(): string[] {
  const next = random(7);
  const number = (below: number) => Math.floor(next() * below);
  return Array.from({ length: TEXTS }, (_, index) => {
    const conditions = Array.from(
      { length: 6 },
      (_each, at) => `o.field_${number(40)} ${at % 2 ? '=' : '>='} ${at % 3 ? `'value ${number(1e6)}'` : number(1e6)}`,
    );
    const list = Array.from({ length: 12 }, () => number(1e5)).join(', ');
    return `SELECT o.id, o.customer_id, o.status, sum(o.total_amount) AS total_${index}, c.name, c.email, count(*)
      FROM orders_${number(100)} o JOIN customers c ON c.id = o.customer_id
      LEFT JOIN order_items i ON i.order_id = o.id AND i.deleted_at IS NULL
      WHERE ${conditions.join(' AND ')} AND o.warehouse_id IN (${list})
        AND o.created_at > now() - interval '${number(90)} days'
      GROUP BY o.id, c.name, c.email ORDER BY o.created_at DESC, total_${index} LIMIT ${number(100)} OFFSET ${number(1e4)}
      /*application='shop',controller='orders',traceparent='00-${number(1e9)}-${number(1e9)}-01'*/`;
  });
}
