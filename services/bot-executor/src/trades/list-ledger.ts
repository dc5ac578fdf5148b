import { Injectable } from '@nestjs/common';
import { type LedgerEntry, listLedger } from '@tidegate/contracts/bot-executor/trades';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findBot } from '../bots/bot.rows.ts';

interface Row {
  sequence: string;
  kind: LedgerEntry['kind'];
  amount: string;
  balance: string;
  trade_id: string;
  order_id: string;
  at: Date;
}

const toWire = (row: Row): LedgerEntry => ({
  sequence: Number(row.sequence),
  kind: row.kind,
  amount: row.amount,
  balance: row.balance,
  tradeId: row.trade_id,
  orderId: row.order_id,
  at: row.at.toISOString(),
});

@Injectable()
export class ListLedger {
  @Handles(listLedger)
  async handle({ input, tx }: OperationContext<typeof listLedger>) {
    orNotFound(await findBot(tx, input.botId));
    const [after] = readCursor(input.cursor, 'int') ?? [0];
    const rows = await tx.query<Row>(
      `select sequence, kind, amount, balance, trade_id, order_id, at from ledger
        where org_id = $1 and bot_id = $2 and sequence > $3 order by sequence limit $4`,
      [tx.orgId, input.botId, after, input.limit + 1],
    );
    return pageOf(rows, input.limit, toWire, ({ sequence }) => [Number(sequence)]);
  }
}
