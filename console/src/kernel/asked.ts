import { createContext, useContext } from 'react';

/** What a page has read and shows: an operation and its input. A table below says how to read the same without the console. */
export interface Asked {
  name: string;
  input: unknown;
  /** Of a list that is read page by page: all of it, or its first so many. */
  all?: (most: number) => Promise<readonly unknown[]>;
}

export const AskedContext = createContext<Asked | undefined>(undefined);

export const useAsked = (): Asked | undefined => useContext(AskedContext);
