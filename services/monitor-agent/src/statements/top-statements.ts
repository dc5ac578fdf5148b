import { Controller } from '@nestjs/common';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { KeptSums } from '../series/kept-sums.ts';
import { requireServer } from '../servers/require-server.ts';
import { rangeStatements } from './range-statements.ts';

@Controller()
export class TopStatements {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly kept: KeptSums,
  ) {}

  @Handles(topStatements)
  async handle({ input, tx }: OperationContext<typeof topStatements>) {
    const { serverId } = input;
    const range = toRange(input);
    await requireServer(tx, serverId);
    return this.tenants.snapshot(tx.orgId, (moment) => rangeStatements(moment, this.kept, serverId, range, input));
  }
}
