/*
 * A device in words, from what its browser or program calls itself. Only what tells one's own devices apart; the whole text
 * stands beside.
 */
const BROWSERS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
];
const SYSTEMS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
];

export function deviceName(agent: string | null): string | undefined {
  if (!agent) return undefined;
  const of = (known: typeof BROWSERS) => known.find(([, sign]) => sign.test(agent))?.[0];
  const [browser, system] = [of(BROWSERS), of(SYSTEMS)];
  if (browser) return system ? `${browser} · ${system}` : browser;
  // A program: its name and version.
  return agent.split(/\s/)[0]?.slice(0, 40) || undefined;
}
