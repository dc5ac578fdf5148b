import { spawn } from 'node:child_process';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import { PROGRAM } from './kernel/installation.ts';
import type { App } from './process-group.ts';

/** Runs `tidegate migrate` in a process of its own; meanwhile this one supervises the servers and handles signals. */
export function migrateApart(onStart: (app: App) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', PROGRAM, 'migrate'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    onStart({
      stop: () =>
        new Promise((ended) => {
          if (hasEnded(child)) return ended();
          child.once('exit', () => ended());
          child.kill('SIGTERM');
        }),
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error('The migrations failed; see the message above.'));
    });
  });
}
