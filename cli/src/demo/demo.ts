import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, say } from '../kernel/installation.ts';
import { startSecondPlatform } from '../second-platform.ts';
import { type Counted, countUsage } from './count-usage.ts';
import { logInAsOperator, signUp } from './customer.ts';
import { startCustomerDatabase } from './customer-database.ts';
import { printDemo } from './print-demo.ts';
import { type Traded, tradeOnPaper } from './trade-on-paper.ts';
import { type Watched, watchDatabase } from './watch-database.ts';

/*
 * `tidegate demo`: the whole job of a customer on real input, in a folder of its own that is gone afterwards. It starts
 * a platform as `npm start` does and a second PostgreSQL, the customer's; a new customer has that watched under a
 * counted load, and lets a bot trade a month on paper. Each figure that the platform shows is compared with what was
 * counted outside of it; any difference is a failure (exit code 1).
 */
export interface Demo {
  watched: Watched;
  traded: Traded;
  counted: Counted[];
}

const TRANSACTIONS_PER_CLIENT = 500;

export async function demo(options: { json: boolean; ownLoad: boolean }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-demo-'));
  const closing: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    say('Waiting for the customer’s PostgreSQL …');
    const database = await startCustomerDatabase(folder);
    closing.unshift(() => database.server.stop());
    say('Waiting for the platform …');
    const adminPassword = randomBytes(16).toString('hex');
    const platform = await startSecondPlatform(
      {
        ...process.env,
        DATA_DIR: join(folder, 'data'),
        // Figures every five seconds instead of every minute: nobody wants to wait for a demo.
        MONITOR_MINUTE_SECONDS: '5',
        ADMIN_PASSWORD: adminPassword,
        PLANS_FILE: join(ROOT, 'plans', 'tidegate.yaml'),
      },
      join(folder, 'platform.log'),
    );
    closing.unshift(platform.stop);
    const operator = await logInAsOperator(platform.url, adminPassword);
    const customer = await signUp(platform.url, 'demo@example.com', operator);
    say('Waiting for the load on the customer’s database, and for the figures about it …');
    const load = { perClient: TRANSACTIONS_PER_CLIENT, ...(options.ownLoad ? { own: true } : {}) };
    const watched = await watchDatabase(customer, database, load);
    say('Waiting for the bot …');
    const traded = await tradeOnPaper(customer);
    const counted = await countUsage(customer, { bot_orders: traded.orders, backtest_runs: 1 });
    const result: Demo = { watched, traded, counted };
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else printDemo(result);
  } finally {
    for (const close of closing) await close();
  }
}
