import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { explain, ProblemError } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { BillingConfig } from '../billing.config.ts';
import { applyCatalogue } from './apply-catalogue.ts';
import { findCatalogue } from './catalogue.rows.ts';

const SHIPPED = fileURLToPath(new URL('../../../../plans/default.yaml', import.meta.url));

/** The very first start puts the shipped catalogue in force. Later changes are the operator's: `tidegate plans apply`. */
@Injectable()
export class ApplyFirstCatalogue implements OnApplicationBootstrap {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly config: BillingConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (await findCatalogue(this.tenants.reader({}))) return;
    const file = this.config.PLANS_FILE ?? SHIPPED;
    const yaml = await readFile(file, 'utf8');
    try {
      await this.tenants.system('catalogue', async (tx) => {
        await applyCatalogue(tx, this.outbox.emitter(tx), { yaml, expectedVersion: 0 });
      });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      // Another replica was first.
      if (error.code === 'catalogue_changed') return;
      throw new Error(`${file}: ${explain(error)}`, { cause: error });
    }
  }
}
