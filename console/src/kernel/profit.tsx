import { decimal, rounded } from './format.ts';
import classes from './profit.module.css';

interface Props {
  /** An exact decimal. */
  amount: string;
  currency: string;
  /** With every digit; otherwise as it is read at a glance, with them in the tooltip. */
  every?: true;
}

/** A decimal with its sign, an arrow and its currency. */
export function Profit({ amount, currency, every }: Props) {
  const negative = amount.startsWith('-');
  const zero = /^-?0*\.?0*$/.test(amount);
  const digits = negative ? amount.slice(1) : amount;
  return (
    <span
      className={classes['profit']}
      data-sign={zero ? undefined : negative ? 'loss' : 'gain'}
      title={every ? undefined : `${decimal(amount)} ${currency}`}
    >
      {zero ? '' : negative ? '▼ −' : '▲ +'}
      {every ? decimal(digits) : rounded(digits)} {currency}
    </span>
  );
}

/** A decimal to read at a glance, such as a price. */
export const Shortened = ({ amount }: Pick<Props, 'amount'>) => <span title={decimal(amount)}>{rounded(amount)}</span>;

/** An amount that is no profit, to read at a glance. */
export const Amount = ({ amount, currency }: Omit<Props, 'every'>) => (
  <span title={`${decimal(amount)} ${currency}`}>
    {rounded(amount)} {currency}
  </span>
);
