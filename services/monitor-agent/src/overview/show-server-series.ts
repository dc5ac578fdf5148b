import { Controller } from '@nestjs/common';
import { showServerSeries } from '@tidegate/contracts/monitor-agent/server-series';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { type TimeRange, toRange } from '../kernel/storage/range.rules.ts';
import { type FigureStep, figureStep } from '../server-figures/figure-steps.rules.ts';
import { figuresOf } from '../server-figures/server-days.rows.ts';
import { pointsOf, toFigures, totalOf } from '../server-figures/server-figures.rules.ts';
import { requireServer } from '../servers/require-server.ts';

@Controller()
export class ShowServerSeries {
  @Handles(showServerSeries)
  async handle({ input, tx }: OperationContext<typeof showServerSeries>) {
    const { serverId, compare } = input;
    const range = toRange(input);
    await requireServer(tx, serverId);
    const how = figureStep(range, input.step, new Date(), { back: compare ? 2 : 1 });
    // Whole steps, and as many before them: what is compared begins and ends alike.
    const stepMs = how.step * 1_000;
    const first = Math.floor(range.from.getTime() / stepMs) * stepMs;
    const count = Math.ceil((range.to.getTime() - first) / stepMs);
    const before = { from: new Date(first - count * stepMs), to: new Date(first) };
    return {
      step: how.step,
      ...(await this.period(tx, serverId, { from: before.to, to: range.to }, how)),
      previous: compare ? await this.period(tx, serverId, before, how) : null,
    };
  }

  private async period(tx: Tx, serverId: string, range: TimeRange, how: FigureStep) {
    const rows = await figuresOf(tx, serverId, range, how);
    const total = totalOf(rows);
    return {
      range: { from: range.from.toISOString(), to: range.to.toISOString(), coveredSeconds: total.span_us / 1_000_000 },
      points: pointsOf(rows, range, how.step * 1_000),
      total: toFigures(total),
    };
  }
}
