import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/*
 * PostgreSQL refuses to run as root. Started by root, it gets another user; that user must be able to reach its files,
 * and a checkout below /root (mode 700) is out of its reach: such files live under /var/lib/tidegate instead.
 */
const SHARED_ROOT = '/var/lib/tidegate';

export interface Identity {
  uid: number;
  gid: number;
}

/** Undefined unless we are root. */
export function unprivilegedIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return user ? { uid: Number(user[2]), gid: Number(user[3]) } : { uid: 65_534, gid: 65_534 };
}

/** Every folder above may be passed by anybody. */
export function isReachable(path: string): boolean {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    try {
      if ((statSync(folder).mode & 0o001) === 0) return false;
    } catch {
      // Not there yet: it will be made by us with a mode that lets others pass.
    }
    if (folder === '/') return true;
  }
}

/** The folder itself, or its stand-in that the other user can reach; made and owned by that user. */
export function ownedFolder(path: string, identity: Identity | undefined): string {
  const folder = identity && !isReachable(join(path, 'x')) ? standIn(path) : resolve(path);
  mkdirSync(folder, { recursive: true, mode: identity ? 0o711 : 0o700 });
  return folder;
}

export function standIn(path: string): string {
  const name = createHash('sha256').update(resolve(path)).digest('hex').slice(0, 16);
  mkdirSync(SHARED_ROOT, { recursive: true, mode: 0o755 });
  return join(SHARED_ROOT, name);
}

export function giveTo(path: string, identity: Identity | undefined): void {
  if (identity) chownSync(path, identity.uid, identity.gid);
}
