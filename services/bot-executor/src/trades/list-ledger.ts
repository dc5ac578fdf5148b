import { Controller } from '@nestjs/common';
import { listLedger } from '@tidegate/contracts/bot-executor/trades';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { listLedgerRows, toWire } from './ledger.rows.ts';
import { expectBot } from './trade.rows.ts';

@Controller()
export class ListLedger {
  @Handles(listLedger)
  async handle({ input, tx }: OperationContext<typeof listLedger>) {
    await expectBot(tx, input.botId);
    const [after] = readCursor(input.cursor, 'int') ?? [0];
    const rows = await listLedgerRows(tx, input.botId, input.limit + 1, after);
    return pageOf(rows, input.limit, toWire, ({ sequence }) => [Number(sequence)]);
  }
}
