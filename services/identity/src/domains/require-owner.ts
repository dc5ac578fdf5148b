import { ownersOnly } from '@tidegate/contracts/identity/exports';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { findRole } from '../kernel/member.rows.ts';

/** An owner who is logged in: whoever controls a domain reads what people type under it, an owner's password too. */
export async function requireOwner(
  refuse: Refuse<typeof ownersOnly>,
  tx: Tx,
  { kind, userId }: Caller,
): Promise<string> {
  const role = kind === 'user' && userId ? (await findRole(tx, userId))?.role : undefined;
  if (!userId || role !== 'owner') throw refuse(ownersOnly, {}, 'Ask an owner of the organisation.');
  return userId;
}
