import { Controller } from '@nestjs/common';
import { listAnnotations } from '@tidegate/contracts/monitor-agent/annotations';
import { placeOf, rankedPage } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { annotationRows, countAnnotations } from './annotation.rows.ts';

@Controller()
export class ListAnnotations {
  @Handles(listAnnotations)
  async handle({ input, tx }: OperationContext<typeof listAnnotations>) {
    const range = toRange(input);
    await requireServer(tx, input.serverId);
    const [rows, total] = await Promise.all([
      annotationRows(tx, input.serverId, range, placeOf(input)),
      countAnnotations(tx, input.serverId, range),
    ]);
    return { ...rankedPage(rows, input), total };
  }
}
