import { Controller } from '@nestjs/common';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import {
  addPlatformServer,
  noPlatformDatabase,
  type Server,
  serverNameTaken,
} from '@tidegate/contracts/monitor-agent/server';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { PLATFORM_SERVER_NAME, PlatformServer } from './platform-server.ts';
import { findPlatformServer, toWire } from './server.rows.ts';

@Controller()
export class AddPlatformServer {
  constructor(private readonly platform: PlatformServer) {}

  @Handles(addPlatformServer)
  async handle({ tx, emit, refuse }: OperationContext<typeof addPlatformServer>): Promise<Server> {
    if (!tx.orgId) throw forbidden({}, 'Choose an organisation first: the server is added to it.');
    if (!this.platform.isOffered) {
      throw refuse(
        noPlatformDatabase,
        {},
        'An operator can offer it: MONITOR_PLATFORM_HOST and MONITOR_PLATFORM_PASSWORD.',
      );
    }
    const row = (await findPlatformServer(tx)) ?? (await this.platform.add(tx, emit));
    if (!row) throw refuse(serverNameTaken, {}, `Another server is called ${PLATFORM_SERVER_NAME}. Rename it first.`);
    return toWire(row);
  }
}
