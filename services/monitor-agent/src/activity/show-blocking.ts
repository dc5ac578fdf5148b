import { Controller } from '@nestjs/common';
import { showBlocking } from '@tidegate/contracts/monitor-agent/blocking';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { lastActivity } from './activity.rows.ts';
import { blockingTree } from './blocking.rules.ts';
import { incidents } from './incident.rows.ts';

@Controller()
export class ShowBlocking {
  @Handles(showBlocking)
  async handle({ input, tx }: OperationContext<typeof showBlocking>) {
    const range = toRange(input);
    await requireServer(tx, input.serverId);
    const [snapshot, past] = await Promise.all([
      lastActivity(tx, input.serverId, input.at === undefined ? range.to : new Date(input.at)),
      incidents(tx, input.serverId, range),
    ]);
    const locks = snapshot?.locks ?? [];
    const tree = blockingTree(snapshot?.sessions ?? [], locks);
    return {
      at: snapshot?.taken_at.toISOString() ?? null,
      blocked: tree.blocked,
      depth: tree.depth,
      roots: tree.roots.map(({ pid }) => pid),
      sessions: tree.sessions,
      locks,
      incidents: past.items,
      incidentsTotal: past.known,
    };
  }
}
