import { NumberInput } from '@mantine/core';
import { useState } from 'react';
import { minorOf } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';

/** What something that buys by itself may cost in a month, as it is being typed. */
export function useMonthlyCap(currency: string, initialMinor: number) {
  const digits = minorOf(currency);
  const [value, setValue] = useState<number | string>(initialMinor / 10 ** digits);
  return { currency, digits, value, setValue, minor: Math.round(Number(value) * 10 ** digits) };
}

export function MonthlyCap({ cap }: { cap: ReturnType<typeof useMonthlyCap> }) {
  return (
    <NumberInput
      label={t('At most a month, in {currency}', { currency: cap.currency })}
      value={cap.value}
      onChange={cap.setValue}
      min={0}
      max={1_000_000}
      decimalScale={cap.digits}
    />
  );
}
