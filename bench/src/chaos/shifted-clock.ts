/*
 * Loaded before everything else in a process whose clock is to jump (`--import`): its wall clock is as many milliseconds off
 * as the file that SHIFTED_CLOCK names says. Timers and the monotonic clock go on, as after a step by an administrator.
 */
import { readFileSync, watchFile } from 'node:fs';

const file = process.env['SHIFTED_CLOCK'] ?? '';
const EVERY_MS = 100;
let offsetMs = 0;
const read = (): void => {
  try {
    offsetMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    offsetMs = 0;
  }
};
read();
watchFile(file, { interval: EVERY_MS, persistent: false }, read);

const Real = Date;
class Shifted extends Real {
  constructor(...args: unknown[]) {
    if (args.length === 0) super(Real.now() + offsetMs);
    else super(...(args as [number]));
  }
  static override now(): number {
    return Real.now() + offsetMs;
  }
}
globalThis.Date = Shifted as DateConstructor;
