import { Injectable } from '@nestjs/common';
import type { Tx } from '@tidegate/database/tx';
import { Vault } from '@tidegate/vault/vault';

/** Passwords of servers, sealed for the very row they belong to. */
@Injectable()
export class ServerPasswords {
  private readonly vault: Vault;

  constructor(vault: Vault) {
    this.vault = vault;
  }

  seal(tx: Tx, serverId: string, password: string): Promise<string> {
    return this.vault.seal(tx, place(tx, serverId), password);
  }

  open(tx: Tx, serverId: string, sealed: string): Promise<string> {
    return this.vault.open(tx, place(tx, serverId), sealed);
  }
}

const place = (tx: Tx, serverId: string) => ({
  orgId: tx.orgId as string,
  table: 'servers',
  column: 'password',
  recordId: serverId,
});
