import { backups } from './backup/doctor-backup.ts';
import { apiCalls } from './doctor-api-calls.ts';
import { BASE, type Check, FIRST, type Finding, MACHINE } from './doctor-checks.ts';
import { SERVERS } from './doctor-servers.ts';
import { dataDirOf } from './kernel/installation.ts';
import { licence } from './licence/doctor-licence.ts';
import { moves } from './move/doctor-moves.ts';
import { PRODUCTION, PRODUCTION_SERVERS } from './production/production-checks.ts';

/** Each known problem has its own code and fix. The exit code is 1 when there is any. */
export async function doctor({ json, production }: { json: boolean; production: boolean }): Promise<void> {
  const findings = await examine(process.env, { production });
  const problems = findings.filter((finding) => finding.code);
  if (json) process.stdout.write(`${JSON.stringify({ ok: problems.length === 0, findings }, null, 2)}\n`);
  else for (const finding of findings) process.stdout.write(production ? inOneLine(finding) : describe(finding));
  if (problems.length > 0) process.exitCode = 1;
}

/** One cause, one finding: checks that depend on something broken are skipped. */
export async function examine(env: NodeJS.ProcessEnv, { production = false } = {}): Promise<Finding[]> {
  const dataDir = dataDirOf(env);
  const ask = async (checks: Check[]): Promise<Finding[]> => {
    const found = await Promise.all(
      checks.map(async (check) => {
        try {
          return await check({ env, dataDir });
        } catch (error) {
          const what = `${check.name} could not be checked: ${(error as Error).message}`;
          return {
            check: check.name,
            what,
            code: 'check_failed',
            fix: 'read the message; report it if it is unclear',
          };
        }
      }),
    );
    return found.flat();
  };
  const findings: Finding[] = [];
  const own = env['LICENCE_FILE'] || env['LICENCE_KEY_FILE'] ? [licence] : [];
  const strict = production ? [...PRODUCTION, ...PRODUCTION_SERVERS] : [];
  for (const stage of [...FIRST, [...MACHINE, apiCalls, backups, ...own, ...SERVERS, moves, ...strict]]) {
    findings.push(...(await ask(stage)));
    if (findings.some(isBroken)) break;
  }
  return findings;
}

/** Exposed secrets and a missing production mode are problems, but do not prevent the other checks. */
const isBroken = ({ check, code }: Finding): boolean =>
  BASE.includes(check) && code !== undefined && !['not_production', 'secrets_exposed'].includes(code);

const inOneLine = ({ code, what, fix }: Finding): string =>
  code ? `✗ ${what} [${code}] Fix: ${fix}\n` : `✓ ${what}\n`;

const describe = ({ code, what, fix }: Finding): string =>
  code ? `✗ ${what} [${code}]\n    Fix: ${fix}\n` : `✓ ${what}\n`;
