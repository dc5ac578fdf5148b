import { createContext, use, useEffect } from 'react';

/** Takes the keys of a list's rows as they are shown, by whoever goes from one to the next: sorted and searched. */
export const ShownRows = createContext<((keys: string) => void) | undefined>(undefined);
/** No key has one. */
export const BETWEEN = '\n';

/** Of a table that opens its rows beside it. */
export function useShownRows(keys: string | undefined): void {
  const report = use(ShownRows);
  useEffect(() => {
    if (keys !== undefined) report?.(keys);
  }, [keys, report]);
}
