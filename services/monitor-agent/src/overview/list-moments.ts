import { Controller } from '@nestjs/common';
import { listMoments } from '@tidegate/contracts/monitor-agent/server-series';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import type { FigureStep } from '../server-figures/figure-steps.rules.ts';
import { hasMinutes } from '../server-figures/minutes-kept.rules.ts';
import { momentsOf } from '../server-figures/moments.rules.ts';
import { mostSessions } from '../server-figures/server-figures.rows.ts';
import { requireServer } from '../servers/require-server.ts';

@Controller()
export class ListMoments {
  @Handles(listMoments)
  async handle({ input, tx }: OperationContext<typeof listMoments>) {
    const range = toRange(input);
    await requireServer(tx, input.serverId);
    const how: FigureStep = hasMinutes(range.from.getTime(), Date.now())
      ? { step: 60, table: 'server_minutes' }
      : { step: 3_600, table: 'server_hours' };
    const rows = await mostSessions(tx, input.serverId, range, how);
    return { moments: momentsOf(rows, how.step * 1_000) };
  }
}
