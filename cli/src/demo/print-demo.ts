import type { Demo } from './demo.ts';

/** What the customer sees, beside what was counted outside of the platform. */
export function printDemo({ watched, traded, counted }: Demo): void {
  const { generator, transactions, statements } = watched;
  heading(`Top statements of the database “shop” (${generator} counted ${transactions} transactions)`);
  table(
    ['calls', 'total ms', 'mean ms', 'statement'],
    statements.map(({ calls, totalMs, meanMs, text }) => [
      String(calls),
      totalMs.toFixed(1),
      meanMs.toFixed(3),
      text.replaceAll(/\s+/g, ' ').slice(0, 80),
    ]),
  );
  check(`each of the ${statements.length} statements has ${transactions} calls`);

  heading(`Paper bot on ${traded.candles} synthetic candles, ${traded.from} to ${traded.to}`);
  table(
    ['trade', 'averaged', 'average price', 'exit price', `profit ${traded.currency}`],
    traded.trades.map(({ number, averagingFills, averagePrice, exitPrice, profit }) => [
      ...[String(number), String(averagingFills), averagePrice, exitPrice, profit],
    ]),
  );
  const { closedTrades, profit, profitRounded, currency, fills, orders } = traded;
  check(`${closedTrades} trades, ${orders} orders, ${fills} fills, profit ${profitRounded} ${currency} (${profit})`);
  check('the backtest over the same candles says the same to the last digit, and so does the sum of all fills');

  heading('Usage of this period');
  table(
    ['meter', 'used', 'counted by us', 'limit'],
    counted.map(({ meter, used, expected, limit }) => [
      ...[meter, String(used), String(expected), limit === null ? 'unlimited' : String(limit)],
    ]),
  );
  check('every meter is right to the event');
}

const heading = (text: string): void => void process.stdout.write(`\n${text}\n`);
const check = (text: string): void => void process.stdout.write(`  ✓ ${text}\n`);

function table(head: string[], rows: string[][]): void {
  const widths = head.map((cell, column) => Math.max(...[cell, ...rows.map((row) => row[column] ?? '')].map(length)));
  for (const row of [head, ...rows]) {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === head.length - 1 ? cell : cell.padStart(width);
    });
    process.stdout.write(`  ${cells.join('  ')}\n`);
  }
}

const length = (text: string): number => text.length;
