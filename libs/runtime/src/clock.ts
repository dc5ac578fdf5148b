/**
 * The machine's clock, in milliseconds: by it services tell when something happened or is due to customers. Time-outs,
 * retries and leases of processes take `performance.now()`, which nobody sets. Tests let it be another time.
 */
export const clock = { now: (): number => Date.now() };
