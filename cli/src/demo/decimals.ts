/** Decimals after the point that are kept: more than any amount of the API has. */
const SCALE = 30;

/** Exact sum of decimal texts. Written for the demo alone: the platform's own arithmetic would prove nothing. */
export function sum(texts: readonly string[]): string {
  const total = texts.reduce((before, text) => before + scaled(text), 0n);
  const digits = (total < 0n ? -total : total).toString().padStart(SCALE + 1, '0');
  const text = `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`.replace(/\.?0+$/, '');
  return total < 0n ? `-${text}` : text;
}

function scaled(text: string): bigint {
  const [whole = '0', decimals = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + decimals.padEnd(SCALE, '0'));
  return text.startsWith('-') ? -value : value;
}

export const minus = (text: string): string => (text.startsWith('-') ? text.slice(1) : `-${text}`);
