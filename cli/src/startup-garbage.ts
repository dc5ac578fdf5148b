import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const EVERY_MS = 3_000;
/** The part of the time in which the event loop works: a start and the first look at a server take most of it. */
const CALM = 0.3;
/** One that is never calm is collected after so many times all the same. */
const MOST = 20;
/** What has not run since the collection before is dropped (V8 waits for six), and pages with holes are emptied. */
const THOROUGH = ['--bytecode-old-age=1', '--compact-on-every-full-gc'];
const AS_USUAL = ['--bytecode-old-age=6', '--no-compact-on-every-full-gc'];

/**
 * Loading the code leaves tens of megabytes of garbage (sources, parse trees, compilation), which V8 keeps while the
 * process idles: nothing allocates, so nothing is collected. Once the process is calm a full collection, about 80 ms,
 * frees it, and a second one, about 150 ms, the compiled code that has not run since, which is what only a start needs.
 * On a slow machine the start goes on for long after the services are ready, and what it leaves behind would stay.
 */
export function collectStartupGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let [turns, collected] = [0, 0];
  let since = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(since);
    turns += 1;
    if (utilization < CALM || turns > MOST) {
      if (collected > 0) for (const flag of THOROUGH) setFlagsFromString(flag);
      collect();
      for (const flag of AS_USUAL) setFlagsFromString(flag);
      collected += 1;
    }
    if (collected === 2) clearInterval(timer);
    since = performance.eventLoopUtilization();
  }, EVERY_MS).unref();
}
