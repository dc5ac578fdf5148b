/**
 * How addresses are compared, everywhere and only here: what is counted for an address and the account that it finds are
 * the same for every way of writing it. The database's own `lower` depends on its locale (of `İ` some make an `i`), so it
 * is applied to what is stored only, which is ASCII.
 */
export const normalAddress = (email: string): string => email.trim().toLowerCase();
