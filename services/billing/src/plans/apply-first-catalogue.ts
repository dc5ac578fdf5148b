import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import { explain, ProblemError, problemError } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { Log } from '@tidegate/telemetry/log';
import { BillingConfig } from '../billing.config.ts';
import { applyCatalogue } from './apply-catalogue.ts';
import { type CurrentCatalogue, findCatalogue } from './catalogue.rows.ts';

const SHIPPED = fileURLToPath(new URL('../../../../plans/tidegate.yaml', import.meta.url));

/** The first start applies the shipped catalogue. Later changes are the operator's: `tidegate plans apply`. */
@Injectable()
export class ApplyFirstCatalogue implements OnApplicationBootstrap {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly config: BillingConfig,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const current = await findCatalogue(this.tenants.reader({}));
    if (current) return this.warnOfMissing(current);
    const file = this.config.PLANS_FILE ?? SHIPPED;
    const yaml = await readFile(file, 'utf8');
    try {
      await this.tenants.system('catalogue', async (tx) => {
        await applyCatalogue({ tx, emit: this.outbox.emitter(tx), refuse: problemError }, { yaml, expectedVersion: 0 });
      });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      // Another replica was faster.
      if (error.code === 'catalogue_changed') return;
      throw new Error(`${file}: ${explain(error)}`, { cause: error });
    }
  }

  /** A catalogue from before a feature was built in stays in force after an upgrade: nobody has that feature then. */
  private warnOfMissing({ features }: CurrentCatalogue): void {
    const kinds = new Map<string, string>(features.map(({ key, kind }) => [key, kind]));
    const missing = Object.entries(BUILT_IN_FEATURES).filter(([key, kind]) => kinds.get(key) !== kind);
    if (missing.length === 0) return;
    this.log.warn(
      { features: missing.map(([key]) => key) },
      'The plan catalogue in force lacks features of this version, so nobody has them. Fix: npx tidegate plans apply',
    );
  }
}
