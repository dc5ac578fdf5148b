import { decimal, rounded } from './format.ts';
import classes from './profit.module.css';

interface Props {
  /** An exact decimal. */
  amount: string;
  currency: string;
  /** To read at a glance, with every digit in the tooltip. */
  round?: true;
}

/** A decimal with its sign, an arrow and its currency. */
export function Profit({ amount, currency, round }: Props) {
  const negative = amount.startsWith('-');
  const zero = /^-?0*\.?0*$/.test(amount);
  const digits = negative ? amount.slice(1) : amount;
  return (
    <span
      className={classes['profit']}
      data-sign={zero ? undefined : negative ? 'loss' : 'gain'}
      title={round ? `${decimal(amount)} ${currency}` : undefined}
    >
      {zero ? '' : negative ? '▼ −' : '▲ +'}
      {round ? rounded(digits) : decimal(digits)} {currency}
    </span>
  );
}

/** An amount that is no profit, to read at a glance. */
export const Amount = ({ amount, currency }: Props) => (
  <span title={`${decimal(amount)} ${currency}`}>
    {rounded(amount)} {currency}
  </span>
);
