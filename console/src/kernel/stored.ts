/*
 * What a reader chose, kept by the browser. It may refuse to keep anything (private windows, policies): then the choice
 * holds for nothing but the page.
 */
export function stored(name: string): string | undefined {
  try {
    return globalThis.localStorage?.getItem(`tidegate-${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** undefined: as if nothing had been chosen. */
export function store(name: string, value: string | undefined): void {
  try {
    if (value === undefined) globalThis.localStorage?.removeItem(`tidegate-${name}`);
    else globalThis.localStorage?.setItem(`tidegate-${name}`, value);
  } catch {
    // Nothing is kept.
  }
}
