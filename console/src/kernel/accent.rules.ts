/*
 * An organisation's own colour, darkened or lightened until it can be read: contrast by WCAG 2.1, relative luminance of
 * sRGB.
 */
type Rgb = readonly [number, number, number];

const LEAST = 4.5;
/** Of black or white that is mixed in with each try. */
const STEP = 0.05;

/** `#rrggbb` that has at least 4.5 to every one of `grounds`: on light ones darker, on dark ones lighter. */
export function readableAccent(accent: string, grounds: readonly string[]): string {
  const own = rgbOf(accent);
  const towards: Rgb = luminance(rgbOf(grounds[0] ?? '#ffffff')) > 0.5 ? [0, 0, 0] : [255, 255, 255];
  for (let share = 0; share < 1; share += STEP) {
    const mixed = own.map((value, at) => Math.round(value + ((towards[at] ?? 0) - value) * share)) as unknown as Rgb;
    if (grounds.every((ground) => contrast(mixed, rgbOf(ground)) >= LEAST)) return textOf(mixed);
  }
  return textOf(towards);
}

/** From 1 to 21. */
export function contrastOf(one: string, other: string): number {
  return contrast(rgbOf(one), rgbOf(other));
}

function contrast(one: Rgb, other: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

const rgbOf = (text: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Rgb;
const textOf = (rgb: Rgb): string => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
