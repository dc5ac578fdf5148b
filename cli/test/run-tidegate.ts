import { fail, runCommand } from '../src/run-command.ts';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  /** What the command threw. */
  failed: unknown;
}

/** A command on an installation, in this process, which has loaded its code already; its output and exit code as a terminal has them. */
export async function runTidegate(
  dataDir: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const before = process.env;
  const ended: Ended = { code: 0, stdout: '', stderr: '', failed: undefined };
  const into = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      ended[name] += String(text);
      return true;
    });
  const spies = [into('stdout'), into('stderr')];
  process.env = { PATH: before['PATH'], DATA_DIR: dataDir, ...env };
  try {
    await runCommand([...args]);
    ended.code = Number(process.exitCode ?? 0);
  } catch (error) {
    fail(error);
    ended.failed = error;
    ended.code = 1;
  } finally {
    process.env = before;
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
  return ended;
}
