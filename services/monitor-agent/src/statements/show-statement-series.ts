import { Controller } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { showStatementSeries } from '@tidegate/contracts/monitor-agent/statement-series';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { statementSeries } from '../series/statement-series.ts';
import { stepFor } from '../series/steps.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { hasStatement } from './statement.rows.ts';

@Controller()
export class ShowStatementSeries {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(showStatementSeries)
  async handle({ input, tx }: OperationContext<typeof showStatementSeries>) {
    const { serverId } = input;
    const range = toRange(input);
    const statementId = Number(input.statementId);
    await requireServer(tx, serverId);
    if (!(await hasStatement(tx, serverId, statementId))) throw notFound({}, 'There is no such statement.');
    const sums = await this.tenants.snapshot(tx.orgId, (moment) =>
      statementSeries(moment, serverId, statementId, range, stepFor(range, input.step)),
    );
    return {
      range: {
        from: range.from.toISOString(),
        to: range.to.toISOString(),
        coveredSeconds: sums.coveredSeconds,
      },
      step: sums.step,
      points: sums.points(),
    };
  }
}
