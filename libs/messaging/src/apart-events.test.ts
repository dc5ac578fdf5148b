import { actionDone } from '@tidegate/contracts/kernel/action-done';
import type { Envelope } from '@tidegate/contracts/kernel/event';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';

test('an event apart from all others costs nothing where nobody handles it: no transaction, no row', async () => {
  const untouched = new Proxy({}, { get: () => expect.fail('it asks the database') }) as TenantDatabase;
  const inbox = new Inbox({ consumer: 'x', handlers: [], tenants: untouched, outbox: {} as Outbox });
  expect(await inbox.handle({ type: actionDone['bot-executor'].type, sequence: 7 } as Envelope)).toBe('handled');
});
