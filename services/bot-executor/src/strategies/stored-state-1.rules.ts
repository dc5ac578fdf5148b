/* States that were stored before version 2 of their form, which has other names for the same. */

interface Order {
  rung: unknown;
}

interface Version1 {
  version: 1;
  rung: unknown;
  position: { entered: unknown };
  orders: Order[];
  leaving?: Order[];
  waiting?: Order[];
  waitingSince?: unknown;
}

const isVersion1 = (stored: unknown): stored is Version1 => (stored as Partial<Version1> | null)?.version === 1;

export function toVersion2(stored: unknown): unknown {
  if (!isVersion1(stored)) return stored;
  const { rung, position, orders, leaving, waiting, waitingSince, ...rest } = stored;
  const { entered: increased, ...open } = position;
  return {
    ...rest,
    version: 2,
    level: rung,
    position: { ...open, increased },
    orders: renamed(orders),
    ...(leaving ? { pendingCancels: renamed(leaving) } : {}),
    ...(waiting ? { deferred: renamed(waiting) } : {}),
    ...(waitingSince === undefined ? {} : { deferredSince: waitingSince }),
  };
}

const renamed = (orders: Order[]) => orders.map(({ rung: level, ...order }) => ({ ...order, level }));
