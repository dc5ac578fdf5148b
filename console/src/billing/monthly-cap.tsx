import { NumberInput } from '@mantine/core';
import type { Limit } from '@tidegate/contracts/kernel/check-limits';
import { useState } from 'react';
import { minorOf } from '../kernel/format.ts';
import { amountLimits } from '../kernel/limits.ts';
import { t } from '../kernel/strings.ts';

/** What something that buys by itself may cost in a month, as it is being typed. */
export function useMonthlyCap(currency: string, initialMinor: number, limit: Limit) {
  const digits = minorOf(currency);
  const [value, setValue] = useState<number | string>(initialMinor / 10 ** digits);
  return { currency, digits, limit, value, setValue, minor: Math.round(Number(value) * 10 ** digits) };
}

export function MonthlyCap({ cap, error }: { cap: ReturnType<typeof useMonthlyCap>; error: string | undefined }) {
  return (
    <NumberInput
      label={t('At most a month, in {currency}', { currency: cap.currency })}
      value={cap.value}
      onChange={cap.setValue}
      {...amountLimits(cap.limit, cap.digits)}
      error={error}
    />
  );
}
