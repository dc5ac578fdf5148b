import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop } from '@tidegate/runtime/loop';
import { deleteOldStates } from './component-state.rows.ts';
import { deleteOldIncidents } from './incident.rows.ts';

@Injectable()
export class DeleteOldStatus {
  constructor(private readonly tenants: TenantDatabase) {}

  @Loop({ name: 'delete-old-status', everyMs: 3_600_000 })
  async turn(): Promise<void> {
    await this.tenants.as({}, async (tx) => {
      await deleteOldIncidents(tx);
      await deleteOldStates(tx);
    });
  }
}
