import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import type { Giver } from './delegation.rules.ts';

/*
 * What somebody may do now, from the tables and not from the token they came with: that is up to five minutes old. The
 * rows stay locked until the transaction ends, so that nobody hands on what is being taken from them.
 */
export async function giverOf(tx: Tx, caller: Caller, operation: Operation): Promise<Giver> {
  const row = await tx.one<{ role: Role }>('select role from members where org_id = $1 and user_id = $2 for share', [
    tx.orgId,
    caller.userId,
  ]);
  return giverAs(tx, row?.role, caller, operation);
}

/** The same for somebody whose membership is locked already. */
export async function giverAs(tx: Tx, role: Role | undefined, { keyId, scopes }: Caller, { scope }: Operation) {
  const key = keyId === undefined || (await lockKey(tx, keyId));
  if (!role || !key) throw forbidden({}, 'What you act with has no rights in this organisation any more.');
  const giver = { role, scopes: scopes.filter((one) => ROLE_SCOPES[role].includes(one)) };
  if (!giver.scopes.includes(scope)) throw forbidden({ scope }, `This needs the scope ${scope}.`);
  return giver;
}

const lockKey = (tx: Tx, keyId: string) =>
  tx.one(
    `select 1 from api_keys where org_id = $1 and key_id = $2 and (expires_at is null or expires_at > now())
        for key share`,
    [tx.orgId, keyId],
  );
