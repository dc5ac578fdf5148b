import type { Limit } from '@tidegate/contracts/kernel/check-limits';

interface Text {
  required?: true;
  maxLength?: number;
}
interface Amount {
  required?: true;
  min?: number;
  max?: number;
  allowDecimal: boolean;
}
type Attributes<L extends Limit> = L['kind'] extends 'text'
  ? Text
  : L['kind'] extends 'integer' | 'number'
    ? Amount
    : { required?: true };

/** Of a text, whichever operation's it is. */
export type TextLimit = Limit & { readonly kind: 'text' };

/**
 * What an input is given of a field of the contract: `<TextInput {...limits(incidentsOpen.title)} />`. So that nobody can type
 * more than is taken; what is wrong all the same is said at the field, by `check-input.ts` before anything is sent.
 */
export function limits<const L extends Limit>(field: L): Attributes<L> {
  const { kind, required, min, max }: Limit = field;
  const needed = required && kind !== 'flag' ? { required } : {};
  if (kind === 'text') return { ...needed, ...(max !== undefined && { maxLength: max }) } as Attributes<L>;
  if (kind !== 'integer' && kind !== 'number') return needed as Attributes<L>;
  return {
    ...needed,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    allowDecimal: kind === 'number',
  } as Attributes<L>;
}

/** Of a sum in minor units, where people write whole ones. */
export const amountLimits = ({ min = 0, max }: Limit, digits: number) => ({
  min: min / 10 ** digits,
  ...(max !== undefined && { max: max / 10 ** digits }),
  decimalScale: digits,
});

/** The same of a field that the request may leave out, but not the form. */
export const needed = <const L extends Limit>(field: L) => ({ ...limits(field), required: true as const });
