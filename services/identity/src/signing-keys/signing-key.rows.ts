import type { Tx } from '@tidegate/database/tx';
import type { JWK } from 'jose';

export interface SigningKeyRow {
  kid: string;
  public_jwk: JWK;
  private_sealed: string;
  /** Published for less than an hour. */
  young: boolean;
}

/** Newest first. */
export const readSigningKeys = (tx: Tx): Promise<SigningKeyRow[]> =>
  tx.query<SigningKeyRow>(
    `select kid, public_jwk, private_sealed, created_at > now() - interval '1 hour' as young
       from signing_keys order by created_at desc, kid`,
  );

/** Until the transaction ends, so that replicas that start together create one key. */
export async function lockSigningKeys(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended(current_schema() || ' signing keys', 0))");
}

export async function deleteSigningKeys(tx: Tx, olderThanDays: number): Promise<void> {
  await tx.query('delete from signing_keys where created_at < now() - make_interval(days => $1)', [olderThanDays]);
}

export const hasSigningKey = async (tx: Tx, youngerThanDays: number): Promise<boolean> =>
  (await tx.one('select 1 from signing_keys where created_at > now() - make_interval(days => $1)', [
    youngerThanDays,
  ])) !== undefined;

export async function insertSigningKey(
  tx: Tx,
  key: { kid: string; publicJwk: JWK; privateSealed: string },
): Promise<void> {
  await tx.query('insert into signing_keys (kid, public_jwk, private_sealed) values ($1, $2, $3)', [
    key.kid,
    key.publicJwk,
    key.privateSealed,
  ]);
}
