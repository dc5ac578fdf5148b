import { Controller } from '@nestjs/common';
import { showActivity } from '@tidegate/contracts/monitor-agent/activity';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { activityHistory, lastActivity } from './activity.rows.ts';

@Controller()
export class ShowActivity {
  @Handles(showActivity)
  async handle({ input, tx }: OperationContext<typeof showActivity>) {
    const range = toRange(input);
    const server = await requireServer(tx, input.serverId);
    const [snapshot, history] = await Promise.all([
      lastActivity(tx, input.serverId, input.at === undefined ? range.to : new Date(input.at)),
      activityHistory(tx, input.serverId, range),
    ]);
    return {
      at: snapshot?.taken_at.toISOString() ?? null,
      maxConnections: server.facts?.maxConnections ?? null,
      sessions: snapshot?.sessions ?? [],
      sessionsTotal: snapshot?.busy ?? 0,
      groups: (snapshot?.groups ?? []).map((group) => ({ ...group, backend: group.backend ?? null })),
      history,
    };
  }
}
