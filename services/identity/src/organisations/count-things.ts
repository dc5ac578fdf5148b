import { Controller } from '@nestjs/common';
import { beyond, counts, countThings, NAMED, nameThings } from '@tidegate/contracts/billing/counted';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countActiveKeys, keysBeyond } from '../kernel/api-key.rows.ts';
import { countMembers, membersBeyond } from '../kernel/member.rows.ts';

/** For billing: how many there are of what plans limit, and which of them smaller limits would restrict. */
@Controller()
export class CountThings {
  @Handles(countThings.identity)
  async handle({ tx }: OperationContext<typeof countThings.identity>) {
    return counts('identity', { seats: await countMembers(tx), api_keys: await countActiveKeys(tx) });
  }

  @Handles(nameThings.identity)
  name({ input: { limits }, tx }: OperationContext<(typeof nameThings)['identity']>) {
    return beyond(limits, {
      seats: (keep) => membersBeyond(tx, keep, NAMED),
      api_keys: (keep) => keysBeyond(tx, keep, NAMED),
    });
  }
}
