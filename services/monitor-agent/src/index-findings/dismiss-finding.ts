import { Controller } from '@nestjs/common';
import { dismissFinding } from '@tidegate/contracts/monitor-agent/index-findings';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { dismiss } from './dismissal.rows.ts';

@Controller()
export class DismissFinding {
  @Handles(dismissFinding)
  async handle({ input: { serverId, finding, reason }, caller, tx }: OperationContext<typeof dismissFinding>) {
    await requireServer(tx, serverId);
    await dismiss(tx, serverId, { finding, reason, personId: caller.userId ?? null });
    return {};
  }
}
