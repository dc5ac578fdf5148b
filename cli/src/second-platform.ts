import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { freePort, lostItsPort } from '@tidegate/runtime/embedded/free-port';
import { hasEnded, tail, waitFor } from '@tidegate/runtime/embedded/processes';
import { startTimeoutMs } from '@tidegate/runtime/settings';
import { PROGRAM } from './kernel/installation.ts';

/** How this program is run again, as it was run itself. */
export const OWN_COMMAND = [...process.execArgv, PROGRAM];

export interface SecondPlatform {
  url: string;
  stop(): Promise<void>;
}

const ATTEMPTS = 3;
const STOP_WITHIN_MS = 150_000;

/**
 * Starts a platform of its own data folder (DATA_DIR in `env`) on a free port of loopback, and waits until it is ready.
 * What it says goes to `log`. Another program may take the port before it listens there: then it is started again.
 */
export async function startSecondPlatform(env: NodeJS.ProcessEnv, log: string): Promise<SecondPlatform> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const out = openSync(log, 'w', 0o600);
    const child = spawn(process.execPath, [...OWN_COMMAND, 'start'], {
      stdio: ['ignore', out, out],
      env: { ...env, PORT: String(port) },
    });
    closeSync(out);
    const url = `http://localhost:${port}`;
    const ready = () =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await waitFor(async () => hasEnded(child) || (await ready()), startTimeoutMs(env) + 30_000);
    if (!hasEnded(child) && (await ready())) return { url, stop: () => stop(child) };
    await stop(child);
    if (attempt < ATTEMPTS && lostItsPort(readFileSync(log, 'utf8'), port)) continue;
    throw new Error(`The platform did not start. The last lines of its log:\n${tail(log)}`);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await waitFor(() => hasEnded(child), STOP_WITHIN_MS);
}
