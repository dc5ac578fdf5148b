import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface MigrationFile {
  name: string;
  sql: string;
  checksum: string;
  /** Expanding ones leave what the release before reads and writes; contracting ones take away what it no longer uses. */
  phase: 'expand' | 'contract';
  /** `create index concurrently`, which no transaction may contain. */
  alone: boolean;
}

/** What may follow is for the linter (scripts/repo/migrations.mjs). */
const PHASE = /^-- phase: (?<phase>expand|contract)\b(?<alone>, outside a transaction)?.*\n/;

/** Of all folders, in their order and by name. */
export async function migrationFiles(folders: string[]): Promise<MigrationFile[]> {
  const files: MigrationFile[] = [];
  for (const { folder, name } of await migrationNames(folders))
    files.push(readMigration(name, await readFile(join(folder, name), 'utf8')));
  const names = files.map((file) => file.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Error(`Two migration files are called ${twice}. Rename one.`);
  return files;
}

async function migrationNames(folders: string[]): Promise<{ folder: string; name: string }[]> {
  const lists = folders.map(async (folder) => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
    return names.map((name) => ({ folder, name }));
  });
  return (await Promise.all(lists)).flat();
}

/** Files that have not run in `schema`: it is older than this code. Asked with the service's own rights. */
export async function missingMigrations(
  query: (sql: string) => Promise<{ name: string }[]>,
  { schema, folders }: { schema: string; folders: string[] },
): Promise<string[]> {
  const rows = await query(`select name from "${schema}".migrations`);
  const done = new Set(rows.map(({ name }) => name));
  return (await migrationNames(folders)).flatMap(({ name }) => (done.has(name) ? [] : [name]));
}

function readMigration(name: string, text: string): MigrationFile {
  const header = PHASE.exec(text);
  if (!header) {
    throw new Error(`Migration ${name} does not say in its first line what it is.\n  Fix: -- phase: expand`);
  }
  // The files of the first release were declared afterwards: what is compared is what runs.
  const sql = text.slice(header[0].length);
  const { phase, alone } = header.groups as { phase: MigrationFile['phase']; alone?: string };
  const checksum = createHash('sha256').update(sql).digest('hex');
  return { name, sql, checksum, phase, alone: alone !== undefined };
}
