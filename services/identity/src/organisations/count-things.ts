import { Controller } from '@nestjs/common';
import { counts, countThings } from '@tidegate/contracts/billing/counted';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countActiveKeys } from '../kernel/api-key.rows.ts';
import { countMembers } from '../kernel/member.rows.ts';

/** For billing: how many there are of what plans limit. */
@Controller()
export class CountThings {
  @Handles(countThings.identity)
  async handle({ tx }: OperationContext<typeof countThings.identity>) {
    return counts('identity', { seats: await countMembers(tx), api_keys: await countActiveKeys(tx) });
  }
}
