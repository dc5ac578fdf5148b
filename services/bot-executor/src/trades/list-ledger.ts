import { Controller } from '@nestjs/common';
import { LedgerKind, listLedger } from '@tidegate/contracts/bot-executor/trades';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countsOf, isCounted } from '../kernel/counts.rules.ts';
import { countLedger, listLedgerRows, toWire } from './ledger.rows.ts';
import { expectBot } from './trade.rows.ts';

@Controller()
export class ListLedger {
  @Handles(listLedger)
  async handle({ input, tx }: OperationContext<typeof listLedger>) {
    await expectBot(tx, input.botId);
    const [from] = readCursor(input.cursor, 'int') ?? [];
    const rows = await listLedgerRows(tx, input, input.limit + 1, from);
    const counts = isCounted(input) ? countsOf(LedgerKind.options, await countLedger(tx, input)) : null;
    return { ...pageOf(rows, input.limit, toWire, ({ sequence }) => [Number(sequence)]), counts };
  }
}
