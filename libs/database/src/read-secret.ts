/**
 * A secret as it is now, the newest first: while it is changed, the one before it counts too. `again`: what is
 * remembered may be old, because somebody used another.
 */
export type ReadSecret = (again?: boolean) => readonly string[];
