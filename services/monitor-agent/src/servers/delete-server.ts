import { Controller } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { deleteServer, serverRemoved } from '@tidegate/contracts/monitor-agent/server';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { REMOVE_SERVERS } from './remove-servers.loop.ts';
import { removeServer } from './server.rows.ts';

@Controller()
export class DeleteServer {
  constructor(
    private readonly wakes: Wakes,
    private readonly entitlements: Entitlements,
  ) {}

  @Handles(deleteServer)
  async handle({ input, tx, emit }: OperationContext<typeof deleteServer>): Promise<Record<string, never>> {
    const row = await this.entitlements.removing(tx, () => removeServer(tx, input.serverId));
    if (!row) throw notFound({}, 'There is no such server.');
    tx.onCommit(() => this.wakes.wake(REMOVE_SERVERS));
    await emit(serverRemoved, { serverId: row.id, name: row.name });
    return {};
  }
}
