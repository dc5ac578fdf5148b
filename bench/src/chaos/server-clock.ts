import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * The clock of a server that asks the C library for the time, shifted by libfaketime (Debian's package of that name), where it
 * is installed. PostgreSQL does; nats-server is a Go program, which asks the kernel itself, so nothing but the machine's own
 * clock moves that one's. What it does by the time of day, it does by ours as well: ages of messages and of what it remembers.
 */
export interface ServerClock {
  env: Record<string, string>;
  shift(ms: number): void;
}

export function serverClock(folder: string): ServerClock | undefined {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
  if (!library) return undefined;
  const file = join(folder, 'server-clock');
  const shift = (ms: number): void => {
    const seconds = Math.round(ms / 1_000);
    writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}`, { mode: 0o644 });
  };
  shift(0);
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: '1',
    // Only the time of day jumps, as after a step by an administrator.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  return { env, shift };
}
