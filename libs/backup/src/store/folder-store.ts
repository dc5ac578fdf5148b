import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Store, Stored } from './store.ts';

/** What is being written; a killed process leaves it behind, and nobody ever reads it. */
const UNFINISHED = '.unfinished-';
const LEFT_BEHIND_MS = 86_400_000;

/** A folder of this machine: another disk, or a mounted one. */
export class FolderStore implements Store {
  readonly name: string;
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
    this.name = root;
  }

  async put(key: string, content: Uint8Array): Promise<void> {
    const path = join(this.root, key);
    const unfinished = join(dirname(path), `${UNFINISHED}${randomBytes(6).toString('hex')}`);
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await write(unfinished, content);
      await rename(unfinished, path);
      await sync(dirname(path));
    } catch (error) {
      // On a full disk what was written of it must not stay.
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw this.explain(error);
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.root, key));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.explain(error);
    }
  }

  async list(prefix: string): Promise<Stored[]> {
    const found: Stored[] = [];
    await this.walk(join(this.root, dirname(`${prefix}x`)), async (path) => {
      const key = relative(this.root, path);
      if (!key.startsWith(prefix)) return;
      // Another process may remove it in between.
      const there = await stat(path).catch(() => undefined);
      if (there) found.push({ key, bytes: there.size });
    });
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.root, key), { force: true });
    // A folder of a removed backup; one that is not empty stays.
    await rmdirIfEmpty(dirname(join(this.root, key)), this.root);
  }

  private async walk(folder: string, each: (path: string) => Promise<void>): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && folder !== this.root) return [];
      if (error.code === 'ENOENT') return [];
      throw this.explain(error);
    });
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await this.walk(path, each);
      else if (entry.name.startsWith(UNFINISHED)) await removeOld(path);
      else await each(path);
    }
  }

  private explain(error: unknown): Error {
    const { code, message } = error as NodeJS.ErrnoException;
    const fix =
      code === 'ENOSPC'
        ? 'free some space there, keep fewer backups (BACKUP_KEEP_…), or set BACKUP_TO to a larger disk'
        : code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
          ? 'let this user write there, or set BACKUP_TO to another folder'
          : 'see whether the disk is mounted';
    const what = code === 'ENOSPC' ? 'its disk is full' : message;
    return Object.assign(new Error(`${this.root} cannot be used: ${what}.\n  Fix: ${fix}.`, { cause: error }), {
      code,
    });
  }
}

async function write(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function removeOld(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && Date.now() - found.mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
}

async function rmdirIfEmpty(folder: string, root: string): Promise<void> {
  if (folder === root) return;
  const rest = await readdir(folder).catch(() => ['?']);
  if (rest.length === 0) await rm(folder, { recursive: true, force: true });
}
