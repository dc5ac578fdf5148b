import { Injectable } from '@nestjs/common';
import { listMarkers } from '@tidegate/contracts/monitor-agent/markers';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { toRange } from '../storage/range.rules.ts';
import { markerRows } from './epoch.rows.ts';

@Injectable()
export class ListMarkers {
  @Handles(listMarkers)
  async handle({ input, tx }: Call<typeof listMarkers>) {
    const range = toRange(input);
    await requireServer(tx, input.serverId);
    return markerRows(tx, input.serverId, range);
  }
}
