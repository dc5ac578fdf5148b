import { Injectable } from '@nestjs/common';
import { listMarkers } from '@tidegate/contracts/monitor-agent/markers';
import { placeOf, rankedPage } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { countMarkers, markerRows } from './server-epoch.rows.ts';

@Injectable()
export class ListMarkers {
  @Handles(listMarkers)
  async handle({ input, tx }: OperationContext<typeof listMarkers>) {
    const range = toRange(input);
    await requireServer(tx, input.serverId);
    const [rows, total] = await Promise.all([
      markerRows(tx, input.serverId, range, placeOf(input)),
      countMarkers(tx, input.serverId, range),
    ]);
    return { ...rankedPage(rows, input), total };
  }
}
