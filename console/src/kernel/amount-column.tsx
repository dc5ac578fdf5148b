import type { Column } from './csv.rules.ts';
import { Amount, Profit } from './profit.tsx';

interface Of<Row> {
  key: string;
  title: string;
  /** An exact decimal; null: there is none. */
  amount: (row: Row) => string | null;
  currency: (row: Row) => string;
}

/** A column of profits: sorted and saved with every digit, shown rounded. */
export const profitColumn = <Row,>(of: Of<Row>): Column<Row> => columnOf(of, Profit);
/** The same of amounts that are no profits. */
export const amountColumn = <Row,>(of: Of<Row>): Column<Row> => columnOf(of, Amount);

const columnOf = <Row,>(
  { key, title, amount, currency }: Of<Row>,
  Shown: React.ComponentType<{ amount: string; currency: string }>,
): Column<Row> => ({
  key,
  title,
  number: true,
  value: amount,
  cell: (row) => {
    const decimal = amount(row);
    return decimal === null ? '–' : <Shown amount={decimal} currency={currency(row)} />;
  },
});
