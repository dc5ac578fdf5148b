import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import pg from 'pg';
import type { Result } from './main.ts';
import { benchDatabase, median, rate } from './servers.ts';

const ROUNDS = 5;
const MS = 2_000;

/** An indexed read through row-level security against the same prepared select without it, alternating in one run. */
export async function tenantRead(): Promise<Result> {
  const database = await benchDatabase();
  const orgs = Array.from({ length: 100 }, () => newId());
  const admin = new pg.Client(database.admin);
  await admin.connect();
  await admin.query(`set search_path = bench;
    create table things (org_id uuid not null, id int not null, name text not null, primary key (org_id, id));
    create table plain_things (org_id uuid not null, id int not null, name text not null, primary key (org_id, id));
    select tidegate.protect('things');`);
  await admin.query(
    "insert into bench.plain_things select o, i, 'thing ' || i from unnest($1::uuid[]) o, generate_series(1, 100) i",
    [orgs],
  );
  await admin.query('insert into bench.things select * from bench.plain_things; analyze');
  await admin.end();
  const tenants = new TenantDatabase(database.dataSource);
  const pool = new pg.Pool({ ...database.login, max: 16 });
  const pick = (list: string[]) => list[Math.floor(Math.random() * list.length)] as string;
  const id = () => 1 + Math.floor(Math.random() * 100);
  const plain = () =>
    rate(16, MS, () =>
      pool.query({
        name: 'plain',
        text: 'select id, name from bench.plain_things where org_id = $1 and id = $2',
        values: [pick(orgs), id()],
      }),
    );
  const closed = () =>
    rate(16, MS, () => {
      const org = pick(orgs);
      return tenants.read(org, (tx) =>
        tx.one('select id, name from things where org_id = $1 and id = $2', [org, id()]),
      );
    });
  const pairs: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round += 1) pairs.push([await plain(), await closed()]);
  await pool.end();
  await database.stop();
  process.stdout.write('round  plain/s  tenant/s  ratio\n');
  for (const [index, [a, b]] of pairs.entries())
    process.stdout.write(`${index + 1}      ${a.toFixed(0)}   ${b.toFixed(0)}   ${(b / a).toFixed(2)}\n`);
  const ratio = median(pairs.map(([a, b]) => b / a));
  return {
    name: 'tenant-read',
    value: Math.round(median(pairs.map(([, b]) => b))),
    unit: 'reads/s',
    ratio: Number(ratio.toFixed(3)),
    against: 'the same prepared select without row-level security',
  };
}
