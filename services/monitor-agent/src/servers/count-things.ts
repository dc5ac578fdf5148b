import { Controller } from '@nestjs/common';
import { beyond, counts, countThings, NAMED, nameThings } from '@tidegate/contracts/billing/counted';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countServers, serversBeyond } from './server.rows.ts';

/** For billing: how many there are of what plans limit, and which of them smaller limits would restrict. */
@Controller()
export class CountThings {
  @Handles(countThings['monitor-agent'])
  async handle({ tx }: OperationContext<(typeof countThings)['monitor-agent']>) {
    return counts('monitor-agent', { servers: await countServers(tx) });
  }

  @Handles(nameThings['monitor-agent'])
  name({ input: { limits }, tx }: OperationContext<(typeof nameThings)['monitor-agent']>) {
    return beyond(limits, {
      servers: (keep) => serversBeyond(tx, keep, NAMED),
    });
  }
}
