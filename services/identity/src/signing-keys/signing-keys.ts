import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Loop } from '@tidegate/runtime/loop';
import { INSTALLATION, Vault } from '@tidegate/vault/vault';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/*
 * Keys by age: one younger than an hour is published and does not sign yet (verifiers learn of it first); the newest
 * older than that signs; older ones stay published while tokens signed with them may live. A new key every 30 days.
 */
const ROTATE_DAYS = 30;

const place = (kid: string) => ({
  orgId: INSTALLATION,
  table: 'signing_keys',
  column: 'private_sealed',
  recordId: kid,
});

interface KeyRow {
  kid: string;
  public_jwk: JWK;
  private_sealed: string;
  young: boolean;
}

@Injectable()
export class SigningKeys implements OnApplicationBootstrap {
  private signer: { kid: string; key: CryptoKey } | undefined;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return this.rotate();
  }

  @Loop({ name: 'rotate-signing-keys', everyMs: 600_000 })
  turn(): Promise<void> {
    return this.rotate();
  }

  /** Published for whoever verifies, newest first. */
  async published(tx: Tx) {
    const rows = await readKeys(tx);
    return rows.map((row) => ({ ...row.public_jwk, kid: row.kid, alg: 'ES256', use: 'sig' }));
  }

  current(): { kid: string; key: CryptoKey } {
    if (!this.signer) throw new Error('There is no signing key yet.');
    return this.signer;
  }

  /** Two replicas that start at once make one key: the second waits for the first's lock. */
  private async rotate(): Promise<void> {
    const rows = await this.tenants.as({}, async (tx) => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended(current_schema() || ' signing keys', 0))");
      await tx.query('delete from signing_keys where created_at < now() - make_interval(days => $1)', [
        ROTATE_DAYS * 2 + 1,
      ]);
      const fresh = await tx.one('select 1 from signing_keys where created_at > now() - make_interval(days => $1)', [
        ROTATE_DAYS,
      ]);
      if (!fresh) await this.make(tx);
      return readKeys(tx);
    });
    const chosen = rows.find((row) => !row.young) ?? rows.at(-1);
    if (!chosen || chosen.kid === this.signer?.kid) return;
    const sealed = chosen.private_sealed;
    const jwk = JSON.parse(await this.tenants.as({}, (tx) => this.vault.open(tx, place(chosen.kid), sealed))) as JWK;
    this.signer = { kid: chosen.kid, key: (await importJWK(jwk, 'ES256')) as CryptoKey };
  }

  private async make(tx: Tx): Promise<void> {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const publicJwk = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const sealed = await this.vault.seal(tx, place(kid), JSON.stringify(await exportJWK(pair.privateKey)));
    await tx.query('insert into signing_keys (kid, public_jwk, private_sealed) values ($1, $2, $3)', [
      kid,
      publicJwk,
      sealed,
    ]);
  }
}

/** Newest first. */
const readKeys = (tx: Tx): Promise<KeyRow[]> =>
  tx.query<KeyRow>(
    `select kid, public_jwk, private_sealed, created_at > now() - interval '1 hour' as young
       from signing_keys order by created_at desc, kid`,
  );
