import { createRequire, Module } from 'node:module';
import type * as TypeOrm from 'typeorm';

/*
 * TypeORM's index loads the drivers of eighteen databases, a hundred files of which a process needs two. So its data
 * source is loaded without the index, and where that would load all drivers (`DriverFactory`) it finds one that makes
 * PostgreSQL's. `lean-typeorm.test.ts` fails when a newer version loads others on another way.
 */
const require = createRequire(import.meta.url);

class PostgresFactory {
  create(dataSource: TypeOrm.DataSource): object {
    const { PostgresDriver } = require('typeorm/driver/postgres/PostgresDriver') as {
      PostgresDriver: new (dataSource: TypeOrm.DataSource) => object;
    };
    return new PostgresDriver(dataSource);
  }
}

const path = require.resolve('typeorm/driver/DriverFactory');
const factory = new Module(path);
factory.exports = { DriverFactory: PostgresFactory };
factory.loaded = true;
require.cache[path] ??= factory as NodeJS.Module;

export const { DataSource } = require('typeorm/data-source/DataSource') as Pick<typeof TypeOrm, 'DataSource'>;
