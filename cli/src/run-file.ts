import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, stopProcess } from '@tidegate/runtime/embedded/processes';
import { commandOf, takeTurn } from '../../scripts/turns.mjs';
import { VERSION } from './kernel/installation.ts';

/** The process that runs on a data folder: read by `status`, `stop` and the next `start`. */
export interface Run {
  pid: number;
  port: number;
  /** The address on which the gateway listens. */
  host: string;
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

/* What our command lines contain: process ids are reused after a reboot. */
const OURS = join('cli', 'dist', 'main.js');
const CHILD = join('dist', 'main.js');

const CLAIM = '.run';
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

export interface TakenRun {
  run: Run;
  /** Processes of an earlier run that was killed, as it recorded them. */
  leftovers: ChildEntry[];
  release(): void;
}

/**
 * Claims the data folder for this process, or throws with the name of its owner. Of two that start at once one gets it,
 * before the other has touched anything (scripts/turns.mjs explains how).
 */
export function takeRun(dataDir: string, port: number, host: string): TakenRun {
  const release = claimFolder(dataDir);
  const leftovers = readFile(dataDir)?.children ?? [];
  const startedAt = new Date().toISOString();
  const run: Run = { pid: process.pid, port, host, version: VERSION, startedAt, children: [] };
  write(dataDir, run);
  return {
    run,
    leftovers,
    release: () => {
      rmSync(runFile(dataDir), { force: true });
      release();
    },
  };
}

/** Claims the folder for a command while nothing runs on it. Returns what releases it. */
export function claimFolder(dataDir: string): () => void {
  const other = readRun(dataDir);
  if (other && other.pid !== process.pid) throw new Error(taken(dataDir, other.pid));
  const { release, holder } = takeTurn(dataDir, CLAIM);
  if (!release) throw new Error(taken(dataDir, holder));
  return release;
}

function taken(dataDir: string, pid: number): string {
  const run = readRun(dataDir);
  return run?.pid === pid
    ? `Tidegate runs on ${dataDir} already (process ${pid}, port ${run.port}).\n  Fix: npx tidegate stop; or start this one with another DATA_DIR and PORT.`
    : `Process ${pid} (${commandOf(pid)}) is using ${dataDir}.\n  Fix: wait until it has ended; or use another DATA_DIR and PORT.`;
}

function write(dataDir: string, run: Run): void {
  const file = runFile(dataDir);
  writeFileSync(`${file}.new`, JSON.stringify(run), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export const recordChildren = (dataDir: string, run: Run, children: ChildEntry[]): void =>
  write(dataDir, { ...run, children });

/** Waits for services that outlived a killed `start --services`, which shut down by themselves. */
export async function endLeftovers(children: readonly ChildEntry[]): Promise<void> {
  const left = children.filter(({ pid }) => isRunning(pid, CHILD));
  await Promise.all(left.map(({ pid }) => stopProcess(pid, 'SIGTERM')));
}

/** The recorded processes of a run that is dead. */
export const leftoversOn = (dataDir: string): ChildEntry[] =>
  readRun(dataDir) ? [] : (readFile(dataDir)?.children ?? []);
