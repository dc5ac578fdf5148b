import { Controller } from '@nestjs/common';
import { getServer, type Server } from '@tidegate/contracts/monitor-agent/server';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireServer } from './require-server.ts';
import { toWire } from './server.rows.ts';

@Controller()
export class GetServer {
  @Handles(getServer)
  async handle({ input, tx }: OperationContext<typeof getServer>): Promise<Server> {
    return toWire(await requireServer(tx, input.serverId));
  }
}
