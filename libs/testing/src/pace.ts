import { availableParallelism, loadavg } from 'node:os';

/*
 * How much longer than on an idle, ordinary machine things may take right now. Deadlines of tests are multiplied by
 * it, so that a slow or busy machine fails no test; a test that waits for what never comes still ends.
 */
const MOST = 20;

/** Measured once by scripts/test.mjs before anything else runs: this machine's time for a piece of work over the usual. */
const slowness = Number(process.env['TEST_SLOWNESS'] ?? 1);

/** Asked once: to list the processors costs more than most conditions that a test polls. */
const cores = availableParallelism();

/** At least 1; the machine's own slowness times how many want each of its cores. */
export const pace = (): number => Math.min(MOST, Math.max(1, slowness) * Math.max(1, (loadavg()[0] ?? 0) / cores));

/** A deadline in milliseconds, for a machine as it is now. */
export const patient = (ms: number): number => Math.ceil(ms * pace());

/** Whether more than that deadline has passed. The machine is only asked when an ordinary one would be late. */
export const isOver = (ms: number, passedMs: number): boolean => passedMs > ms && passedMs > patient(ms);
