import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/*
 * PostgreSQL refuses to run as root. Started by root it runs as another user, who must be able to reach its files.
 * Where that is impossible (a checkout below /root, mode 700), they are stored under /var/lib/tidegate, and a note in
 * the data folder says where, so that they are found when the data folder is moved, and not when it is deleted.
 */
export const SHARED_ROOT = '/var/lib/tidegate';
const NOTE = 'elsewhere.json';

export interface Identity {
  uid: number;
  gid: number;
}

/** Who runs the server on this folder: undefined (we ourselves) unless we are root. */
export function unprivilegedIdentity(dataFolder?: string): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  // A cluster keeps its owner: since its creation the user `postgres` may have been added, or we ran as another user.
  const owner = dataFolder ? statSync(dataFolder, { throwIfNoEntry: false }) : undefined;
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user) {
    throw new Error(
      'PostgreSQL does not run as root, and there is no user postgres or nobody to run it.\n  Fix: useradd --system postgres, or start Tidegate as a normal user.',
    );
  }
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

const READ = 4;
const PASS = 1;

function may({ uid, gid, mode }: Stats, who: Identity, right: number): boolean {
  const bits = who.uid === uid ? mode >> 6 : who.gid === gid ? mode >> 3 : mode;
  return (bits & right) === right;
}

/** Every folder above is accessible, and the path itself, if it exists, readable. */
export function isReachable(path: string, who: Identity): boolean {
  const self = statSync(path, { throwIfNoEntry: false });
  if (self && !may(self, who, READ | PASS)) return false;
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const above = statSync(folder, { throwIfNoEntry: false });
    if (above && !may(above, who, PASS)) return false;
    if (folder === '/') return true;
  }
}

/** A folder that only its owner reads; the other user may pass through one of root's, if the folders above allow it. */
export function privateFolder(path: string, who: Identity | undefined): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (!who || !isReachable(join(dirname(path), 'any'), who)) return;
  const { uid, mode } = statSync(path);
  if (uid !== 0 || (mode & 0o077) !== 0) return;
  chownSync(path, 0, who.gid);
  chmodSync(path, 0o710);
}

/** The folder of a server's files: itself, or the place outside that its note names. Created and given to its user. */
export function homeOf(folder: string, who: Identity | undefined): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = realpathSync(folder);
  if (!who) return path;
  const noted = readNote(path);
  if (noted) return noted;
  // The folder above is a data folder, or a test's; never somebody's home.
  if (dirname(dirname(path)) !== '/' && dirname(path) !== homedir()) privateFolder(dirname(path), who);
  if (isReachable(join(dirname(path), 'any'), who)) {
    chownSync(path, who.uid, who.gid);
    return path;
  }
  if (existsSync(join(path, 'data', 'PG_VERSION'))) {
    throw new Error(
      `The database in ${path} belongs to a user who cannot reach it there.\n  Fix: chmod o+x the folders above, or move the data folder to where others may pass.`,
    );
  }
  return noteElsewhere(path, who);
}

function noteElsewhere(path: string, who: Identity): string {
  mkdirSync(SHARED_ROOT, { recursive: true, mode: 0o755 });
  const place = join(SHARED_ROOT, randomBytes(8).toString('hex'));
  mkdirSync(place, { mode: 0o700 });
  chownSync(place, who.uid, who.gid);
  writeFileSync(join(path, NOTE), `${JSON.stringify({ place, notedIn: path })}\n`, { mode: 0o600 });
  return place;
}

function readNote(path: string): string | undefined {
  const file = join(path, NOTE);
  if (!existsSync(file)) return undefined;
  const { place, notedIn } = JSON.parse(readFileSync(file, 'utf8')) as { place: string; notedIn: string };
  if (notedIn !== path && existsSync(join(notedIn, NOTE))) {
    throw new Error(
      `${path} is a copy of ${notedIn}, whose database is in ${place}; two installations cannot share it.\n  Fix: start with a new DATA_DIR, or delete ${notedIn} if this is to take its place.`,
    );
  }
  if (!existsSync(place)) {
    throw new Error(
      `The database of ${path} was in ${place}, and that folder is gone.\n  Fix: put it back from a backup; or, to start over, delete ${dirname(path)}.`,
    );
  }
  return place;
}
