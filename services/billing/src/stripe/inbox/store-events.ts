import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Wakes } from '@tidegate/runtime/wakes';
import type { IncomingEvent } from './read-event.rules.ts';
import { insertEvents } from './stripe-event.rows.ts';

const MOST = 500;

interface Waiting {
  event: IncomingEvent;
  stored: () => void;
  failed: (error: unknown) => void;
}

/**
 * Stores webhooks in groups: those that arrive while a transaction is under way are the next one. Each is answered when
 * its own is committed, so under load a commit is shared by many, and alone nobody waits.
 */
@Injectable()
export class StoreEvents {
  private waiting: Waiting[] = [];
  private running = false;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly wakes: Wakes,
  ) {}

  store(event: IncomingEvent): Promise<void> {
    return new Promise((stored, failed) => {
      this.waiting.push({ event, stored, failed });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, MOST);
      try {
        const events = group.map(({ event }) => event);
        await this.tenants.system('stripe', (tx) => insertEvents(tx, events, 'webhook'));
        for (const { stored } of group) stored();
        this.wakes.wake('sync-stripe-customers');
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.running = false;
  }
}
