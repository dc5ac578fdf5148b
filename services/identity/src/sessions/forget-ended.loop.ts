import { Injectable } from '@nestjs/common';
import { Tenants } from '@tidegate/database/tenants';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';

const BATCH = 1_000;

/*
 * Sessions a day after they ended, by age or by revocation, and login failures a day after the last one: nothing asks
 * for them any more. In batches, so that no turn holds many locks; a full batch means there is more.
 */
@Injectable()
export class ForgetEnded {
  constructor(private readonly tenants: Tenants) {}

  @Loop({ name: 'forget-ended', everyMs: 3_600_000 })
  async turn(): Promise<TurnResult> {
    const sizes = await this.tenants.as({}, async (tx) => [
      (
        await tx.query(
          `delete from sessions where id in (
             select id from sessions where least(expires_at, revoked_at) < now() - interval '1 day'
              limit $1 for update skip locked) returning id`,
          [BATCH],
        )
      ).length,
      (
        await tx.query(
          `delete from login_failures where subject in (
             select subject from login_failures where last_at < now() - interval '1 day'
              limit $1 for update skip locked) returning subject`,
          [BATCH],
        )
      ).length,
    ]);
    return sizes.includes(BATCH) ? 'again' : undefined;
  }
}
