import { CHECKS, type Finding } from './doctor-checks.ts';
import { dataDirOf } from './installation.ts';

/** Each known trouble has a code of its own, and its fix. Exit code 1 when there is any. */
export async function doctor({ json }: { json: boolean }): Promise<void> {
  const findings = await examine(process.env);
  const troubles = findings.filter((finding) => finding.code);
  if (json) process.stdout.write(`${JSON.stringify({ ok: troubles.length === 0, findings }, null, 2)}\n`);
  else for (const finding of findings) process.stdout.write(describe(finding));
  if (troubles.length > 0) process.exitCode = 1;
}

export async function examine(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const dataDir = dataDirOf(env);
  return Promise.all(
    CHECKS.map(async (check) => {
      try {
        return await check({ env, dataDir });
      } catch (error) {
        const what = `${check.name} could not be checked: ${(error as Error).message}`;
        return { check: check.name, what, code: 'check_failed', fix: 'read the message; report it if it is not clear' };
      }
    }),
  );
}

const describe = ({ code, what, fix }: Finding): string =>
  code ? `✗ ${what} [${code}]\n    Fix: ${fix}\n` : `✓ ${what}\n`;
