import { Injectable } from '@nestjs/common';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { toRange } from '../storage/range.rules.ts';
import { rangeStatements } from './range-statements.ts';

@Injectable()
export class TopStatements {
  @Handles(topStatements)
  async handle({ input, tx }: Call<typeof topStatements>) {
    const { serverId } = input;
    const range = toRange(input);
    await requireServer(tx, serverId);
    const { range: covered, completeness, top } = await rangeStatements(tx, serverId, range, input);
    return { range: covered, completeness, ...top };
  }
}
