import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Loop } from '@tidegate/runtime/loop';
import { INSTALLATION, Vault } from '@tidegate/vault/vault';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import {
  deleteSigningKeys,
  hasSigningKey,
  insertSigningKey,
  lockSigningKeys,
  readSigningKeys,
} from './signing-key.rows.ts';

/*
 * Keys by age: one younger than an hour is published but does not sign yet, so that verifiers learn of it first; the
 * newest older one signs; the rest stay published until the tokens signed with them have expired. A new key every 30
 * days.
 */
const ROTATE_DAYS = 30;

const place = (kid: string) => ({
  orgId: INSTALLATION,
  table: 'signing_keys',
  column: 'private_sealed',
  recordId: kid,
});

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

  current(): { kid: string; key: CryptoKey } {
    if (!this.signer) throw new Error('There is no signing key yet.');
    return this.signer;
  }

  /** A new key before its time. One that is new anyway is answered instead: verifiers learn of it first. */
  async begin(tx: Tx): Promise<string> {
    await lockSigningKeys(tx);
    const [newest] = await readSigningKeys(tx);
    return newest?.young ? newest.kid : this.make(tx);
  }

  private async rotate(): Promise<void> {
    const rows = await this.tenants.as({}, async (tx) => {
      await lockSigningKeys(tx);
      await deleteSigningKeys(tx, ROTATE_DAYS * 2 + 1);
      if (!(await hasSigningKey(tx, ROTATE_DAYS))) await this.make(tx);
      return readSigningKeys(tx);
    });
    const chosen = rows.find((row) => !row.young) ?? rows.at(-1);
    if (!chosen || chosen.kid === this.signer?.kid) return;
    const sealed = chosen.private_sealed;
    const jwk = JSON.parse(await this.tenants.as({}, (tx) => this.vault.open(tx, place(chosen.kid), sealed))) as JWK;
    this.signer = { kid: chosen.kid, key: (await importJWK(jwk, 'ES256')) as CryptoKey };
  }

  private async make(tx: Tx): Promise<string> {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const publicJwk = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const privateSealed = await this.vault.seal(tx, place(kid), JSON.stringify(await exportJWK(pair.privateKey)));
    await insertSigningKey(tx, { kid, publicJwk, privateSealed });
    return kid;
  }
}
