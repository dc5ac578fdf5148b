import { Controller } from '@nestjs/common';
import { counts, countThings } from '@tidegate/contracts/billing/counted';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countServers } from './server.rows.ts';

/** For billing: how many there are of what plans limit. */
@Controller()
export class CountThings {
  @Handles(countThings['monitor-agent'])
  async handle({ tx }: OperationContext<(typeof countThings)['monitor-agent']>) {
    return counts('monitor-agent', { servers: await countServers(tx) });
  }
}
