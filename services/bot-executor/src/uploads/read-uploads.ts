import { Controller } from '@nestjs/common';
import { type CandleUpload, getUpload, listUploads } from '@tidegate/contracts/bot-executor/candle-uploads';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findUpload, listUploadRows, toWire } from './upload.rows.ts';

@Controller()
export class ReadUploads {
  @Handles(listUploads)
  async list({ input, tx }: OperationContext<typeof listUploads>) {
    const [after] = readCursor(input.cursor, 'uuid') ?? [];
    const rows = await listUploadRows(tx, input.limit + 1, after);
    return pageOf(rows, input.limit, toWire, ({ id }) => [id]);
  }

  @Handles(getUpload)
  async get({ input, tx }: OperationContext<typeof getUpload>): Promise<CandleUpload> {
    return toWire(orNotFound(await findUpload(tx, input.uploadId)));
  }
}
