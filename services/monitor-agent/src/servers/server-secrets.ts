import { Injectable } from '@nestjs/common';
import type { Tx } from '@tidegate/database/tx';
import { Vault } from '@tidegate/vault/vault';
import type { ClientCertificate } from '../kernel/connection/client-certificate.ts';

/** Passwords of servers, and the certificates that their roles log in with, sealed for the very field they belong to. */
@Injectable()
export class ServerSecrets {
  private readonly vault: Vault;

  constructor(vault: Vault) {
    this.vault = vault;
  }

  sealPassword(tx: Tx, serverId: string, password: string): Promise<string> {
    return this.vault.seal(tx, place(tx, serverId, 'password'), password);
  }

  openPassword(tx: Tx, serverId: string, sealed: string): Promise<string> {
    return this.vault.open(tx, place(tx, serverId, 'password'), sealed);
  }

  sealCertificate(tx: Tx, serverId: string, { cert, key }: ClientCertificate): Promise<string> {
    return this.vault.seal(tx, place(tx, serverId, 'client_certificate'), JSON.stringify({ cert, key }));
  }

  async openCertificate(tx: Tx, serverId: string, sealed: string): Promise<ClientCertificate> {
    return JSON.parse(await this.vault.open(tx, place(tx, serverId, 'client_certificate'), sealed));
  }
}

const place = (tx: Tx, serverId: string, column: 'password' | 'client_certificate') => ({
  orgId: tx.orgId as string,
  table: 'servers',
  column,
  recordId: serverId,
});
