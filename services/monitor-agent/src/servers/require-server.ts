import { notFound } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { findServer, type ServerRow } from './server.rows.ts';

/** One answer for what does not exist and for what belongs to somebody else. */
export async function requireServer(tx: Tx, serverId: string, lock: '' | 'for update' = ''): Promise<ServerRow> {
  const row = await findServer(tx, serverId, lock);
  if (!row) throw notFound({}, 'There is no such server.');
  return row;
}
