import pg from 'pg';

export interface Release {
  version: string;
  /** Missing while it is being made. */
  commit?: string;
}

interface Known {
  version: string;
  /** The release before it, which works with its schema as well. */
  before: string | null;
}

/**
 * A database belongs to the newest release that has migrated it. The next release may upgrade it, and the one before may
 * be started on it again; for any other nobody has tried what it does to the tables.
 */
export async function checkRelease(
  client: pg.Client,
  releases: readonly Release[],
  plans: readonly { schema: string }[],
): Promise<void> {
  if (releases.length === 0) return;
  await client.query(`
    create table if not exists tidegate.releases (
      version text primary key, before text, migrated_at timestamptz not null default now());
    comment on table tidegate.releases is 'no-tenant: which releases have migrated this database';`);
  const known = (await newest(client)) ?? (await unmarked(client, releases, plans));
  if (!known) return;
  const versions = releases.map(({ version }) => version);
  const own = versions.length - 1;
  const at = versions.indexOf(known.version);
  if (at >= own - 1 && at >= 0) return;
  if (known.before === versions[own]) return;
  throw new Error(at < 0 ? tooNew(known, versions[own] ?? '') : leftOut(known, releases.slice(at + 1)));
}

/** That this release has migrated it; one that was started again notes nothing new. */
export async function noteRelease(client: pg.Client, releases: readonly Release[]): Promise<void> {
  const own = releases.at(-1);
  if (!own) return;
  await client.query('insert into tidegate.releases (version, before) values ($1, $2) on conflict do nothing', [
    own.version,
    releases.at(-2)?.version ?? null,
  ]);
}

async function newest(client: pg.Client): Promise<Known | undefined> {
  const { rows } = await client.query<Known>(
    'select version, before from tidegate.releases order by migrated_at desc, version desc limit 1',
  );
  return rows[0];
}

/** The first release left no mark but its tables. */
async function unmarked(
  client: pg.Client,
  releases: readonly Release[],
  plans: readonly { schema: string }[],
): Promise<Known | undefined> {
  const { rows } = await client.query<{ there: boolean }>(
    "select exists (select 1 from pg_tables where schemaname = any($1::text[]) and tablename = 'migrations') as there",
    [plans.map(({ schema }) => schema)],
  );
  return rows[0]?.there ? { version: releases[0]?.version ?? '', before: null } : undefined;
}

function leftOut(known: Known, [...rest]: Release[]): string {
  const own = rest.pop();
  const steps = rest.map(({ commit }) => `git checkout --detach ${commit} && npx tidegate migrate`);
  return [
    `This database is at release ${known.version}, and ${own?.version} upgrades the one before it only. Nothing was changed.`,
    `  Fix: with Tidegate stopped, go through ${rest.map(({ version }) => version).join(', ')}:`,
    `    ${[...steps, 'git checkout -'].join(' && ')}`,
    '  and start this one again. In containers: run the command migrate of each image.',
  ].join('\n');
}

function tooNew(known: Known, own: string): string {
  const fits = known.before ? `${known.version} or ${known.before}` : known.version;
  return [
    `This database is at release ${known.version}, which ${own} does not know. Nothing was changed.`,
    `  Fix: start ${fits} again, or restore a backup that ${own} made: npx tidegate restore`,
  ].join('\n');
}
