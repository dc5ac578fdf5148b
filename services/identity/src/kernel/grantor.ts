import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { lockActiveKey } from './api-key.rows.ts';
import type { Grantor } from './delegation.rules.ts';
import { lockRole } from './member.rows.ts';

/*
 * What somebody may do now, read from the tables and not from their token, which may be five minutes old. The rows stay
 * locked until the transaction ends, so that nobody delegates what is being revoked.
 */
export async function grantorOf(tx: Tx, caller: Caller, operation: Operation): Promise<Grantor> {
  const member = await lockRole(tx, caller.userId);
  return grantorAs(tx, member?.role, caller, operation);
}

/** The same for somebody whose membership is locked already. */
export async function grantorAs(
  tx: Tx,
  role: Role | undefined,
  { keyId, scopes }: Caller,
  { scope }: Operation,
): Promise<Grantor> {
  const counts = keyId === undefined || (await lockActiveKey(tx, keyId));
  if (!role || !counts) throw forbidden({}, 'Your credentials no longer have rights in this organisation.');
  const grantor = { role, scopes: scopes.filter((one) => ROLE_SCOPES[role].includes(one)) };
  if (!grantor.scopes.includes(scope)) throw forbidden({ scope }, `This needs the scope ${scope}.`);
  return grantor;
}
