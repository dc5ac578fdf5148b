import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform } from '@tidegate/testing/platform';
import { programEnvironment } from '@tidegate/testing/test-run';
import type { Result } from './main.ts';

/*
 * An installation with the month of the demo, backed up and archived as it runs; then the newest backup is restored in a scratch
 * place with all that was archived after it, started, and somebody logs in: how long that takes, and how much is missing.
 *
 *   npm run -s bench -- drill 30     the days of the demo
 */
const GOALS = { recoverySeconds: 300, lossSeconds: 60 };

interface Drilled {
  tables: number;
  rows: number;
  recoverySeconds: number;
  lossSeconds: number;
}

export async function drill([days = '30']: string[]): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-drill-'));
  const [dataDir, store] = [join(folder, 'data'), mkdtempSync(join(folder, 'backups-'))];
  const settings = {
    ...{ BACKUP_TO: store, BACKUP_PASSPHRASE: 'of a benchmark', BACKUP_DRILL_EVERY_DAYS: '0' },
    // The plans that the demo is sold are those that ship.
    PLANS_FILE: 'plans/tidegate.yaml',
  };
  const platform = await startPlatform({ dataDir, env: settings });
  const run = (...args: string[]) => command(args, { ...settings, DATA_DIR: dataDir });
  try {
    await run('demo', '--fill', '--days', days);
    const backup = JSON.parse(await run('backup', '--json')) as { bytes: number; seconds: number };
    const drilled = JSON.parse(await run('drill', '--json')) as Drilled;
    const { recoverySeconds, lossSeconds } = drilled;
    process.stdout.write(
      `${[
        `${drilled.tables} tables with ${drilled.rows} rows; load of the machine ${loadavg()[0]?.toFixed(0)}`,
        `backup    ${(backup.bytes / 2 ** 20).toFixed(1)} MB in ${backup.seconds.toFixed(1)} s`,
        `recovery  ${recoverySeconds.toFixed(1)} s (goal ${GOALS.recoverySeconds})`,
        `loss      ${lossSeconds.toFixed(1)} s (goal ${GOALS.lossSeconds})`,
      ].join('\n')}\n`,
    );
    return {
      name: 'drill',
      value: Number(recoverySeconds.toFixed(1)),
      unit: 's until somebody logged in',
      ratio: Number((recoverySeconds / GOALS.recoverySeconds).toFixed(2)),
      against: `the goal; ${lossSeconds.toFixed(1)} s lost`,
    };
  } finally {
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function command(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', 'cli/dist/main.js', ...args], {
      env: { ...programEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${args[0]} ended with ${code}`))));
  });
}
