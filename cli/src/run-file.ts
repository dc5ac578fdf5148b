import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, stopProcess } from '@tidegate/runtime/embedded/processes';
import { VERSION } from './installation.ts';

/** Who runs on a data folder: read by `status`, `stop` and the next `start`. */
export interface Run {
  pid: number;
  port: number;
  version: string;
  startedAt: string;
  /** Processes of `start --services`; in the usual layout everything is in `pid`. */
  children: ChildEntry[];
}

export interface ChildEntry {
  /** Service, and its number when there are several: `usage#2`. */
  name: string;
  pid: number;
  healthPort: number | undefined;
}

/* What command lines of ours contain: numbers of processes are given out again after a reboot. */
const OURS = join('cli', 'dist', 'main.js');
const CHILD = join('dist', 'main.js');

const runFile = (dataDir: string): string => join(dataDir, 'run.json');

function readFile(dataDir: string): Run | undefined {
  try {
    return JSON.parse(readFileSync(runFile(dataDir), 'utf8')) as Run;
  } catch {
    return undefined;
  }
}

/** The run that is alive, if any. */
export function readRun(dataDir: string): Run | undefined {
  const run = readFile(dataDir);
  return run && (run.pid === process.pid || isRunning(run.pid, OURS)) ? run : undefined;
}

/** Takes the data folder for this process, or tells who has it. Of two that start at once, one gets it. */
export function takeRun(dataDir: string, port: number): Run {
  const run: Run = { pid: process.pid, port, version: VERSION, startedAt: new Date().toISOString(), children: [] };
  for (;;) {
    try {
      writeFileSync(runFile(dataDir), JSON.stringify(run), { mode: 0o600, flag: 'wx' });
      return run;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const other = readRun(dataDir);
    if (other) {
      throw new Error(
        `Tidegate runs on ${dataDir} already (process ${other.pid}, port ${other.port}).\n  Fix: npx tidegate stop; or start this one with another DATA_DIR and PORT.`,
      );
    }
    rmSync(runFile(dataDir), { force: true });
  }
}

export function noteChildren(dataDir: string, run: Run, children: ChildEntry[]): void {
  const file = runFile(dataDir);
  writeFileSync(`${file}.new`, JSON.stringify({ ...run, children }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export const releaseRun = (dataDir: string): void => rmSync(runFile(dataDir), { force: true });

/** Services that outlived a killed `start --services`: they end by themselves, and are waited for. */
export async function endLeftovers(dataDir: string): Promise<void> {
  if (!existsSync(runFile(dataDir)) || readRun(dataDir)) return;
  const left = readFile(dataDir)?.children.filter(({ pid }) => isRunning(pid, CHILD)) ?? [];
  await Promise.all(left.map(({ pid }) => stopProcess(pid, 'SIGTERM')));
}
