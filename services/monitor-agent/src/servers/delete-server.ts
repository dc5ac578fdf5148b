import { Injectable } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { deleteServer, serverRemoved } from '@tidegate/contracts/monitor-agent/server';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { deleteSamples } from '../storage/retention.rows.ts';
import { removeServer } from './server.rows.ts';

@Injectable()
export class DeleteServer {
  @Handles(deleteServer)
  async handle({ input, tx, emit }: Call<typeof deleteServer>): Promise<Record<string, never>> {
    const row = await removeServer(tx, input.serverId);
    if (!row) throw notFound({}, 'There is no such server.');
    await deleteSamples(tx, input.serverId);
    await emit(serverRemoved, { serverId: row.id, name: row.name });
    return {};
  }
}
