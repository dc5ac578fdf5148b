import { readFileSync } from 'node:fs';
import { family } from './platform-processes.ts';

/*
 * CPU time of other processes, from /proc. `sched` counts nanoseconds, `stat` only hundredths of a second, but knows
 * of children that have ended: those of a postmaster are the sessions that were closed.
 */
const TICK_MS = 10;

/** What the process has used so far with all its threads, in milliseconds, to a hundredth of a second. */
export const allThreadsMs = (pid: number): number => ticks(pid).own * TICK_MS;

/** What the process's main thread has used so far, in milliseconds. */
export function cpuMs(pid: number): number {
  return exactMs(pid) ?? ticks(pid).own * TICK_MS;
}

/** What its children that have ended had used, in milliseconds. */
export const endedChildrenMs = (pid: number): number => ticks(pid).children * TICK_MS;

/** What a process and its descendants have used so far, those that have ended included, in milliseconds. */
export const familyMs = (root: number): number =>
  family(root).reduce((sum, pid) => {
    try {
      return sum + allThreadsMs(pid) + endedChildrenMs(pid);
    } catch {
      // It has ended since: what it used is its parent's from now on.
      return sum;
    }
  }, 0);

/** Undefined where the kernel was built without it. */
function exactMs(pid: number): number | undefined {
  try {
    const [, runtime] = /^se\.sum_exec_runtime\s*:\s*([\d.]+)/m.exec(readFileSync(`/proc/${pid}/sched`, 'utf8')) ?? [];
    return runtime === undefined ? undefined : Number(runtime);
  } catch {
    return undefined;
  }
}

/** proc(5): fields 14 to 17 are utime, stime, cutime and cstime; the name in field 2 may hold anything. */
function ticks(pid: number): { own: number; children: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return { own: user + system, children: childUser + childSystem };
}
