import { Controller } from '@nestjs/common';
import {
  type CandleUpload,
  getUpload,
  listUploads,
  UploadStatus,
} from '@tidegate/contracts/bot-executor/candle-uploads';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countsOf, isCounted } from '../kernel/counts.rules.ts';
import { countUploads, findUpload, listUploadRows, toWire } from './upload.rows.ts';

@Controller()
export class ReadUploads {
  @Handles(listUploads)
  async list({ input, tx }: OperationContext<typeof listUploads>) {
    const [after] = readCursor(input.cursor, 'uuid') ?? [];
    const rows = await listUploadRows(tx, input, input.limit + 1, after);
    const counts = isCounted(input) ? countsOf(UploadStatus.options, await countUploads(tx, input)) : null;
    return { ...pageOf(rows, input.limit, toWire, ({ id }) => [id]), counts };
  }

  @Handles(getUpload)
  async get({ input, tx }: OperationContext<typeof getUpload>): Promise<CandleUpload> {
    return toWire(orNotFound(await findUpload(tx, input.uploadId)));
  }
}
