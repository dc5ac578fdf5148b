import { spawn } from 'node:child_process';
import type { Log } from '@tidegate/telemetry/log';
import { PROGRAM } from '../kernel/installation.ts';

/** A drill in a process of its own, which notes its result itself. */
export function drillApart(log: Log, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const command = ['--no-warnings', PROGRAM, 'drill', '--json'];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, said] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    const ended = (failure: string | undefined): void => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) log.warn({}, 'The drill was interrupted');
      else if (failure) log.error({ reason: failure }, 'The drill failed');
      else log.info({ result: out.trim() }, 'The drill succeeded');
      resolve();
    };
    child.once('error', (error) => ended(error.message));
    child.once('close', (code) => ended(code === 0 ? undefined : said.trim().slice(-1_000)));
  });
}
