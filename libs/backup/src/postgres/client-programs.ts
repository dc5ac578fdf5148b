import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where packages of Debian, Red Hat and Homebrew put the programs of each version. */
const HOMES: readonly (readonly [folder: string, name: RegExp, below: string])[] = [
  ['/usr/lib/postgresql', /^\d+$/, 'bin'],
  ['/usr', /^pgsql-\d+$/, 'bin'],
  ['/opt/homebrew/opt', /^(postgresql|libpq)(@\d+)?$/, 'bin'],
];

export interface Programs {
  folder: string;
  major: number;
}

/**
 * The folder with `pg_dump` and `pg_restore` for a server of that major version: the same one if it is there, or the next that
 * is newer. An older pg_dump refuses a newer server.
 */
export function findPrograms(major: number, env: NodeJS.ProcessEnv): Programs {
  const folders = [
    ...(env['PATH'] ?? '').split(delimiter).filter(Boolean),
    ...HOMES.flatMap(([folder, name, below]) =>
      existsSync(folder)
        ? readdirSync(folder)
            .filter((one) => name.test(one))
            .map((one) => join(folder, one, below))
        : [],
    ),
  ];
  const found = folders
    .filter((folder) => existsSync(join(folder, 'pg_dump')) && existsSync(join(folder, 'pg_restore')))
    .flatMap((folder) => {
      const version = versionOf(join(folder, 'pg_dump'));
      return version === undefined ? [] : [{ folder, major: version }];
    });
  const [best] = found.filter((one) => one.major >= major).sort((a, b) => a.major - b.major);
  if (best) return best;
  const there =
    found.length > 0
      ? `only that of PostgreSQL ${[...new Set(found.map((one) => one.major))].join(', ')} is`
      : 'none is';
  throw new Error(
    `This needs pg_dump and pg_restore of PostgreSQL ${major} or newer, and ${there} here.\n  Fix: apt-get install postgresql-client-${major}, or where your system has it; npx tidegate backup needs no program.`,
  );
}

function versionOf(program: string): number | undefined {
  try {
    const said = execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    });
    const [, major] = /(\d+)(\.|beta|rc|devel)/.exec(said.replace(/^.*?\)\s*/, '')) ?? [];
    return major === undefined ? undefined : Number(major);
  } catch {
    // A wrapper for a version that is not installed.
    return undefined;
  }
}
