import { Controller } from '@nestjs/common';
import { restoreFinding } from '@tidegate/contracts/monitor-agent/index-findings';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { restore } from './dismissal.rows.ts';

@Controller()
export class RestoreFinding {
  @Handles(restoreFinding)
  async handle({ input: { serverId, finding }, tx }: OperationContext<typeof restoreFinding>) {
    await requireServer(tx, serverId);
    await restore(tx, serverId, finding);
    return {};
  }
}
