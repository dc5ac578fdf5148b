import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RELEASES } from '@tidegate/runtime/generated/releases';
import { closing } from './closing.ts';
import { testDatabase } from './database.ts';
import { narrowed } from './narrowed.ts';

const FIRST = `
  create table cards (org_id uuid not null, id uuid not null, pin int, kind text check (kind in ('debit', 'credit')),
    made_at timestamptz not null default now(), primary key (org_id, id));
  create function pin_of(card uuid) returns int language sql as 'select 1';`;

async function schema(...migrations: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'narrowed-'));
  for (const [index, sql] of migrations.entries())
    writeFileSync(join(folder, `000${index}-x.sql`), `-- phase: expand\n${sql}`);
  const database = await testDatabase({ schema: 'cards', folders: [folder] });
  closing(() => database.drop());
  return database;
}
const after = async (sql: string) => narrowed(await schema(FIRST), await schema(FIRST, sql));

test('what is added narrows nothing', async () => {
  const added = `create table more (id uuid primary key, what text not null); alter table cards add column color text;
    alter table cards add column since timestamptz not null default now(); create index on cards (pin);
    alter table cards add column token text unique; alter table cards drop constraint cards_kind_check;
    alter table cards add constraint cards_kind_check check (kind in ('debit', 'credit', 'gift'));
    create function pin_of(card text) returns int language sql as 'select 2'`;
  expect(await after(added)).toEqual([]);
});

test.each([
  ['alter table cards drop column pin', 'cards.pin: integer'],
  ['alter table cards rename column pin to code', 'cards.pin: integer'],
  ['alter table cards alter column pin type bigint', 'cards.pin: integer'],
  ['alter table cards add column color text not null', 'refuses: cards.color must be given: not null'],
  ['alter table cards alter column made_at drop default', 'refuses: cards.made_at must be given: not null'],
  ['create unique index on cards (pin)', 'refuses: unique cards: CREATE UNIQUE INDEX ON cards.cards USING btree (pin)'],
  [
    'alter table cards drop constraint cards_pkey',
    'unique cards: CREATE UNIQUE INDEX ON cards.cards USING btree (org_id, id)',
  ],
  ['alter table cards add constraint high check (pin > 9)', 'refuses: cards high: CHECK ((pin > 9))'],
  [
    'do $$ begin drop function pin_of(uuid); create function pin_of(card int) returns int language sql as $f$ select 1 $f$; end $$',
    'function pin_of(card uuid): integer',
  ],
])('%s', async (sql, found) => {
  expect(await after(sql)).toContain(found);
});

/* The release before works on the tables of this one, as far as the catalogue shows; `npm run test:upgrade` runs it. */
const release = RELEASES.findLast(({ commit }) => commit);
const git = (...args: string[]): string =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const isHere = (() => {
  try {
    return git('cat-file', '-t', `${release?.commit}^{commit}`) !== '';
  } catch {
    process.stderr.write(`narrowed.test.ts: skipped for ${release?.version}, which is not in this checkout\n`);
    return false;
  }
})();
const SHARED = ['libs/database', 'libs/messaging', 'libs/vault'];
const services = readdirSync('services').filter((name) => readdirSync(`services/${name}`).includes('migrations'));

test.runIf(isHere).each(services)('%s takes nothing away from the release before', async (service) => {
  const definition = readFileSync(`services/${service}/src/${service}.service.ts`, 'utf8');
  const follows = definition.includes('ENTITLEMENTS_MIGRATIONS') ? ['libs/entitlements'] : [];
  const folders = [...SHARED, ...follows, `services/${service}`].map((one) => `${one}/migrations`);
  const listed = git('ls-tree', '-r', '--name-only', release?.commit ?? '', ...folders)
    .split('\n')
    .filter(Boolean);
  const now = folders.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
  // Where nothing was added there is nothing to compare.
  if (now.every((path) => listed.includes(path))) return;
  const root = mkdtempSync(join(tmpdir(), 'release-before-'));
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  for (const path of listed) {
    const sql = git('show', `${release?.commit}:${path}`);
    writeFileSync(join(root, path), sql.startsWith('-- phase:') ? sql : `-- phase: expand\n${sql}`);
  }
  const own = { schema: service.replaceAll('-', '_') };
  const earlier = await testDatabase({ ...own, folders: folders.map((folder) => join(root, folder)) });
  closing(() => earlier.drop());
  const later = await testDatabase({ ...own, folders });
  closing(() => later.drop());
  const declared = now
    .filter((path) => !listed.includes(path))
    .some((path) => readFileSync(path, 'utf8').startsWith('-- phase: contract'));
  // What a contracting migration takes away was unused already; that it was, the tests of that release show.
  if (!declared) expect(await narrowed(earlier, later)).toEqual([]);
});
