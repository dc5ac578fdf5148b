import type { Customer } from './customer.ts';
import { expectSoon } from './customer.ts';
import type { CustomerDatabase } from './customer-database.ts';
import { LOAD_STATEMENTS, type Load, runLoad } from './load.ts';

export interface Watched extends Load {
  statements: { text: string; calls: number; totalMs: number; meanMs: number }[];
}

/** Adds the customer's server, puts a counted load on it, and waits until Tidegate shows exactly that load. */
export async function watchDatabase(
  customer: Customer,
  database: CustomerDatabase,
  load: { perClient: number; own?: boolean },
): Promise<Watched> {
  const server = await customer.serversCreate({ name: 'shop', ...database.monitor });
  await expectSoon(
    'The server is watched',
    () => customer.serversGet({ serverId: server.id }),
    ({ state }) => state === 'ok',
  );
  const counted = await runLoad(database.application, load.perClient, load.own);
  const { items } = await expectSoon(
    `Each statement of the load has ${counted.transactions} calls`,
    () => customer.serversStatements({ serverId: server.id, database: 'shop', role: 'shop', sort: 'totalMs' }),
    (answer) =>
      LOAD_STATEMENTS.every((like) => {
        const found = answer.items.filter(({ text }) => text && like.test(text));
        return found.reduce((calls, statement) => calls + statement.calls, 0) === counted.transactions;
      }),
    90_000,
  );
  const statements = items
    .filter(({ text }) => LOAD_STATEMENTS.some((like) => text && like.test(text)))
    .map(({ text, calls, totalMs, meanMs }) => ({ text: String(text), calls, totalMs, meanMs }));
  return { ...counted, statements };
}
