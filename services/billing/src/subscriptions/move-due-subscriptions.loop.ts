import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { moveDue } from './plan-move.rows.ts';

const AT_ONCE = 500;

/* Carries out moves that were scheduled for the end of a period. Replicas share the work: each skips what another holds. */
@Injectable()
export class MoveDueSubscriptions {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly wakes: Wakes,
  ) {}

  @Loop({ name: 'move-due-subscriptions', everyMs: 30_000 })
  async turn(): Promise<TurnResult> {
    const moved = await this.tenants.system('catalogue', (tx) => moveDue(tx, AT_ONCE));
    if (moved > 0) this.wakes.wake('refresh-entitlements');
    return moved === AT_ONCE ? 'again' : undefined;
  }
}
