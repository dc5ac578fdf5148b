import type { Account } from './account.ts';

/** What the double remembers about an account beside the objects that the API shows. */
export function perAccount<T>(make: () => T): (account: Account) => T {
  const known = new WeakMap<Account, T>();
  return (account) => {
    const found = known.get(account) ?? make();
    known.set(account, found);
    return found;
  };
}
