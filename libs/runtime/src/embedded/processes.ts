import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { Identity } from './unprivileged.ts';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export async function waitFor(condition: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/**
 * Starts a server that outlives us: in a process group of its own, so that the terminal's Ctrl-C reaches only us, who
 * drain first and stop it last.
 */
export function spawnDetached(
  command: string,
  args: string[],
  options: { logFile: string; identity?: Identity | undefined; env?: NodeJS.ProcessEnv; cwd?: string },
): ChildProcess {
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: options.cwd ?? '/',
    env: options.env ?? {},
    ...(options.identity ?? {}),
  });
  child.on('error', () => {
    // Told by the caller, who sees that the server does not answer.
  });
  child.unref();
  return child;
}

/** Asks with one signal, insists with SIGKILL. */
export async function stopProcess(pid: number, signal: NodeJS.Signals, withinMs = 8_000): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  if (await waitFor(() => !isAlive(pid), withinMs)) return;
  process.kill(pid, 'SIGKILL');
  await waitFor(() => !isAlive(pid), 2_000);
}
