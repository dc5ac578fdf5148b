import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop } from '@tidegate/runtime/loop';
import { noteKeyUses } from '../kernel/api-key.rows.ts';

/** So many keys at once; the others are noted with their next use. */
const MOST_NOTED = 10_000;

/**
 * When keys were last used. Gateways remember a key for a minute, so that is how exact it is; what is in memory when a
 * process is killed is lost, which makes a key look a minute older.
 */
@Injectable()
export class KeyUses implements OnApplicationShutdown {
  private uses = new Map<string, number>();

  constructor(private readonly tenants: TenantDatabase) {}

  note(keyId: string): void {
    if (this.uses.size < MOST_NOTED || this.uses.has(keyId)) this.uses.set(keyId, Date.now());
  }

  @Loop({ name: 'note-key-uses', everyMs: 30_000 })
  async turn(): Promise<void> {
    if (this.uses.size === 0) return;
    const noted = this.uses;
    this.uses = new Map();
    // In one order, so that two replicas wait for each other and for nothing else.
    const sorted = [...noted].sort(([one], [other]) => (one < other ? -1 : 1));
    await this.tenants.system('key-uses', (tx) => noteKeyUses(tx, sorted));
  }

  onApplicationShutdown(): Promise<void> {
    return this.turn();
  }
}
