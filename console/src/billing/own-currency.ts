import { useRead } from '../kernel/api.ts';

/** In which this organisation pays: what it is billed in, else what the catalogue is in. Undefined until both are known. */
export function useOwnCurrency(ofCatalogue: string | undefined): string | undefined {
  const own = useRead('subscriptionsGet', {}).data;
  return own && (own.currency ?? ofCatalogue);
}
