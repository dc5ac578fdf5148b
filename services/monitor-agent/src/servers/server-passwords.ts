import { Injectable } from '@nestjs/common';
import { Vault } from '@tidegate/vault/vault';

/** Passwords of servers, sealed for the very row they belong to. */
@Injectable()
export class ServerPasswords {
  private readonly vault: Vault;

  constructor(vault: Vault) {
    this.vault = vault;
  }

  seal(orgId: string, serverId: string, password: string): string {
    return this.vault.seal({ orgId, table: 'servers', column: 'password', recordId: serverId }, password);
  }

  open(orgId: string, serverId: string, sealed: string): string {
    return this.vault.open({ orgId, table: 'servers', column: 'password', recordId: serverId }, sealed);
  }
}
