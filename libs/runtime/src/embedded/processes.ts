import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { copyFile, stat, truncate } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Identity } from './unprivileged.ts';

/** False for a zombie too: in a container nobody may reap the children of a killed parent. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return process.platform !== 'linux';
  }
}

/** True when the process runs and its command line contains the text: pids are reused. */
export function isRunning(pid: number, text: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text);
  } catch {
    return process.platform !== 'linux';
  }
}

/** Polls often at first and then less: the waiting process must not take CPU from the one that it waits for. */
export async function waitFor(condition: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const began = performance.now();
  for (;;) {
    if (await condition()) return true;
    const waited = performance.now() - began;
    if (waited > withinMs) return false;
    await pause(Math.min(15 + waited / 20, 250));
  }
}

/**
 * Start time of the process, in the kernel's ticks: together with the pid it identifies a process, while pids alone are
 * reused. Undefined when it is gone (or the system does not tell).
 */
export function beginOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which may contain anything: 3 state … 22 start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/**
 * Starts a server that outlives us: in a session of its own, so that the terminal's Ctrl-C reaches only us, who drain
 * first and stop it last.
 */
export function spawnDetached(
  command: string,
  args: string[],
  options: { logFile: string; identity?: Identity | undefined; env?: NodeJS.ProcessEnv; cwd?: string },
): ChildProcess {
  const log = openLog(options.logFile);
  try {
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: options.cwd ?? '/',
      env: options.env ?? {},
      ...(options.identity ?? {}),
    });
    // The caller notices that the server does not answer, and quotes the log.
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

const LOG_BYTES = 10 * 1024 ** 2;

/** Appends; one older log is kept. */
function openLog(file: string): number {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES) renameSync(file, `${file}.old`);
  return openSync(file, 'a', 0o600);
}

/**
 * The same while its server runs and keeps it open: it is copied aside and emptied in place. On a full disk it is only
 * emptied. What the server says in that moment may be missing.
 */
export async function trimLog(file: string): Promise<void> {
  if ((await stat(file)).size <= LOG_BYTES) return;
  await copyFile(file, `${file}.old`).catch(() => undefined);
  await truncate(file);
}

/** True when the child ended, or could not even be started. */
export const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** Resolves when our child ends; there is no such event for an adopted process. */
export const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (hasEnded(child)) resolve();
    else child.once('exit', () => resolve());
  });

/** Sends one signal, and after a while the other. */
export async function stopProcess(
  pid: number,
  ask: NodeJS.Signals,
  insist: NodeJS.Signals = 'SIGKILL',
  withinMs = 10_000,
): Promise<void> {
  if (!isAlive(pid) || !send(pid, ask)) return;
  if ((await waitFor(() => !isAlive(pid), withinMs)) || !send(pid, insist)) return;
  await waitFor(() => !isAlive(pid), 5_000);
}

/** False when it ended in the meantime. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

export function tail(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') || '(the log is empty)';
  } catch {
    return '(there is no log)';
  }
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
