/* Examples of series in promtool's notation: 181 samples, one a minute. */
export const always = (value: number): string => `${value}x180`;
export const rising = (step: number, from = 0): string => `${from}+${step}x180`;
