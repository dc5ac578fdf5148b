import type { Column } from './csv.rules.ts';
import { majorOf, money } from './format.ts';
import { Amount, Profit } from './profit.tsx';
import { t } from './strings.ts';

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

/** A column of money that comes in minor units: sorted and saved in whole ones, 4900 and USD as 49.00. null: there is none. */
export const moneyColumn = <Row,>({
  key,
  title,
  minor,
  currency,
}: Omit<Of<Row>, 'amount'> & { minor: (row: Row) => number | null }): Column<Row> => ({
  key,
  title,
  number: true,
  value: (row) => or(minor(row), null, (amount) => majorOf(amount, currency(row))),
  unit: { title: t('Currency'), of: currency },
  cell: (row) => or(minor(row), '–', (amount) => money(amount, currency(row))),
});

const or = <Shown, None>(minor: number | null, none: None, show: (minor: number) => Shown): Shown | None =>
  minor === null ? none : show(minor);

const columnOf = <Row,>(
  { key, title, amount, currency }: Of<Row>,
  Shown: React.ComponentType<{ amount: string; currency: string }>,
): Column<Row> => ({
  key,
  title,
  number: true,
  value: amount,
  unit: { title: t('Currency'), of: currency },
  cell: (row) => {
    const decimal = amount(row);
    return decimal === null ? '–' : <Shown amount={decimal} currency={currency(row)} />;
  },
});
