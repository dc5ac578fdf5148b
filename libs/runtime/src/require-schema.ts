import { missingMigrations } from '@tidegate/database/migration-files';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import { migrationFolders, type ServiceDefinition, schemaOf } from './service.ts';

/** Waiting helps: somebody brings it up to date, or will. */
export class SchemaBehind extends Error {
  override name = 'SchemaBehind';
}

/** The right to read what has run came with the first version that asks. */
const DENIED = '42501';

/**
 * Refuses a schema that lacks migrations of this version: what would run on it fails in the middle. In a cluster the new
 * processes start beside the migrations; until these are done the processes of before go on alone.
 */
export async function requireSchema(tenants: TenantDatabase, definition: ServiceDefinition): Promise<void> {
  const plan = { schema: schemaOf(definition.name), folders: migrationFolders(definition) };
  const missing = await missingMigrations((sql) => tenants.statement(sql), plan).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === DENIED) return ['its migrations are older than this version'];
    throw error;
  });
  if (missing.length === 0) return;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  throw new SchemaBehind(`the schema ${plan.schema} lacks ${missing[0]}${more}; tidegate migrate brings it up to date`);
}
