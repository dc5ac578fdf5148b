import { execFileSync } from 'node:child_process';

test('of TypeORM a process loads the driver of PostgreSQL, no other and nothing about entities', () => {
  const lean = new URL('./lean-typeorm.ts', import.meta.url).href;
  const program = `
    import { createRequire } from 'node:module';
    import { DataSource } from ${JSON.stringify(lean)};
    new DataSource({ type: 'postgres' });
    console.log(JSON.stringify(Object.keys(createRequire(${JSON.stringify(lean)}).cache)));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  const loaded = (JSON.parse(output) as string[]).flatMap((file) => /\/typeorm\/(.*)/.exec(file)?.[1] ?? []);
  expect(loaded).toContain('data-source/DataSource.js');
  expect(loaded.filter((file) => /Driver\.js$/.test(file))).toEqual(['driver/postgres/PostgresDriver.js']);
  const ofEntities =
    /^(metadata|persistence|repository)\/|^(query-builder\/(Insert)?QueryBuilder|entity-manager\/EntityManager)\.js$/;
  expect(loaded.filter((file) => ofEntities.test(file))).toEqual([]);
});
