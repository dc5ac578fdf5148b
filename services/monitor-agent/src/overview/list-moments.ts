import { Controller } from '@nestjs/common';
import { listMoments } from '@tidegate/contracts/monitor-agent/server-series';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { MINUTES_KEPT_DAYS } from '../server-figures/minutes-kept.rules.ts';
import { momentsOf } from '../server-figures/moments.rules.ts';
import { figuresBySteps } from '../server-figures/server-figures.rows.ts';
import { requireServer } from '../servers/require-server.ts';

@Controller()
export class ListMoments {
  @Handles(listMoments)
  async handle({ input, tx }: OperationContext<typeof listMoments>) {
    const range = toRange(input);
    await requireServer(tx, input.serverId);
    const hasMinutes = range.from.getTime() > Date.now() - MINUTES_KEPT_DAYS * 86_400_000;
    const how = hasMinutes
      ? ({ step: 60, table: 'server_minutes' } as const)
      : ({ step: 3_600, table: 'server_hours' } as const);
    const rows = await figuresBySteps(tx, input.serverId, range, how);
    return { moments: momentsOf(rows, how.step * 1_000) };
  }
}
