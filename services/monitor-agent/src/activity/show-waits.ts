import { Controller } from '@nestjs/common';
import { showWaits } from '@tidegate/contracts/monitor-agent/blocking';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { statementTexts, waitSlices, waitSums, waitsOfRange } from './waits.rows.ts';
import { statementWaits, totalSessions, waitShares } from './waits.rules.ts';

const MAX_WAITS = 50;
const MAX_STATEMENTS = 50;
const MAX_WAITS_OF_SLICE = 10;

@Controller()
export class ShowWaits {
  @Handles(showWaits)
  async handle({ input, tx }: OperationContext<typeof showWaits>) {
    const range = toRange(input);
    await requireServer(tx, input.serverId);
    const of = await waitsOfRange(tx, input.serverId, range);
    const { snapshots, observedMs } = of;
    const sums = await waitSums(tx, input.serverId, of);
    const slices = await waitSlices(tx, input.serverId, of);
    const statements = statementWaits(sums, observedMs, MAX_STATEMENTS);
    const textOf = await statementTexts(tx, input.serverId, statements);
    return {
      range: { from: range.from.toISOString(), to: range.to.toISOString(), coveredSeconds: observedMs / 1_000 },
      snapshots,
      sessions: totalSessions(sums, observedMs),
      waits: waitShares(sums, observedMs, MAX_WAITS),
      statements: statements.map((statement) => ({ ...statement, text: textOf(statement) })),
      series: slices.map((slice) => ({
        at: slice.at.toISOString(),
        waits: waitShares(slice.sums, slice.observedMs, MAX_WAITS_OF_SLICE),
      })),
    };
  }
}
