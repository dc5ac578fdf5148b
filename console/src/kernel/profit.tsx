import classes from './profit.module.css';

/** An exact decimal with its sign, an arrow and its currency. */
export function Profit({ amount, currency }: { amount: string; currency: string }) {
  const negative = amount.startsWith('-');
  const zero = /^-?0*\.?0*$/.test(amount);
  const digits = negative ? amount.slice(1) : amount;
  return (
    <span className={classes['profit']} data-sign={zero ? undefined : negative ? 'loss' : 'gain'}>
      {zero ? '' : negative ? '▼ −' : '▲ +'}
      {digits} {currency}
    </span>
  );
}
