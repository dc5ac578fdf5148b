/**
 * How addresses are compared, everywhere and only here: an address is counted for the account that it finds, however it
 * is written. The database's own `lower` depends on its locale (of `İ` some make an `i`), so it is applied to what is
 * stored only, which is ASCII.
 */
export const normalAddress = (email: string): string => email.trim().toLowerCase();
