import { Injectable } from '@nestjs/common';
import { listRejectedUsage } from '@tidegate/contracts/usage/usage';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { listRejected } from './rejected-event.rows.ts';

@Injectable()
export class ListRejectedEvents {
  @Handles(listRejectedUsage)
  async handle({ input, caller, tx }: Call<typeof listRejectedUsage>) {
    const rows = caller.orgId ? await listRejected(tx, caller.orgId, input.limit) : [];
    return {
      items: rows.map((row) => ({
        code: row.code,
        message: row.message,
        event: row.payload,
        times: row.times,
        firstAt: row.first_at.toISOString(),
        lastAt: row.last_at.toISOString(),
      })),
    };
  }
}
