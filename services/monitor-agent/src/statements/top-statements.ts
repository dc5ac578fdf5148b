import { Injectable } from '@nestjs/common';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { toRange } from '../storage/range.rules.ts';
import { coveredRange } from '../storage/samples.ts';
import { STATEMENT_SAMPLES } from './statement.rows.ts';
import { statementCompleteness, topStatementRows } from './top-statements.rows.ts';

@Injectable()
export class TopStatements {
  @Handles(topStatements)
  async handle({ input, tx }: Call<typeof topStatements>) {
    const { serverId } = input;
    const range = toRange(input);
    await requireServer(tx, serverId);
    const [covered, completeness, top] = await Promise.all([
      coveredRange(tx, STATEMENT_SAMPLES, serverId, range),
      statementCompleteness(tx, serverId, range),
      topStatementRows(tx, serverId, range, input),
    ]);
    return { range: covered, completeness, ...top };
  }
}
