import { createRequire, Module } from 'node:module';
import type * as TypeOrm from 'typeorm';

/*
 * TypeORM's index loads the drivers of eighteen databases, and its data source what entities, their queries, their schema
 * and TypeORM's own migrations need: 190 files, half of which nobody uses who writes SQL out. So the data source
 * is loaded without the index, and where it would load the others it finds what is exported here.
 * `lean-typeorm.test.ts` fails when a newer version loads others on another way.
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

/** Made for each data source and query runner, and never used: there are no entities. */
class NoEntities {
  create(): undefined {
    return undefined;
  }
}

const INSTEAD: Record<string, object> = {
  'driver/DriverFactory': { DriverFactory: PostgresFactory },
  'entity-manager/EntityManagerFactory': { EntityManagerFactory: NoEntities },
  'query-builder/index': { registerQueryBuilders: () => undefined },
  'query-builder/SelectQueryBuilder': {},
  'query-builder/RelationLoader': { RelationLoader: NoEntities },
  'query-builder/RelationIdLoader': { RelationIdLoader: NoEntities },
  'connection/ConnectionMetadataBuilder': {},
  'metadata-builder/EntityMetadataValidator': {},
  'migration/MigrationExecutor': {},
  'schema-builder/RdbmsSchemaBuilder': {},
  'cache/QueryResultCacheFactory': {},
};
for (const [path, exports] of Object.entries(INSTEAD)) {
  const file = require.resolve(`typeorm/${path}`);
  const module = new Module(file);
  module.exports = exports;
  module.loaded = true;
  require.cache[file] ??= module as NodeJS.Module;
}

const { DataSource: Whole } = require('typeorm/data-source/DataSource') as Pick<typeof TypeOrm, 'DataSource'>;

export class DataSource extends Whole {
  protected override async buildMetadatas(): Promise<void> {
    // There are no entities.
  }
}
