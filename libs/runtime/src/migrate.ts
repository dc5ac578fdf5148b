import { migrate, type SchemaPlan } from '@tidegate/database/migrate';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { RELEASES } from './generated/releases.ts';
import { migrationFolders, type ServiceDefinition, schemaOf } from './service.ts';
import type { Settings } from './settings.ts';

/** Roles, schemas, tables and streams, all brought to this version. Returns what was applied. */
export async function migrateAll(
  settings: Settings,
  definitions: ServiceDefinition[],
  beforeChanging?: (pending: string[]) => Promise<void>,
): Promise<string[]> {
  const { database } = settings;
  if (!database.adminUrl) throw new Error('Migrations need DATABASE_URL: a role that may create roles and schemas.');
  const plans: SchemaPlan[] = definitions
    .filter((definition) => definition.migrations.length > 0)
    .map((definition) => {
      const role = database.roles[definition.name];
      return {
        schema: schemaOf(definition.name),
        role: role.user,
        password: role.password,
        folders: migrationFolders(definition),
      };
    });
  const applied = await migrate({ connectionString: database.adminUrl }, plans, {
    releases: RELEASES,
    ...(beforeChanging && { beforeChanging }),
  });
  const nc = await connectNats({ servers: settings.nats.servers, ...settings.nats.users.platform }, 'migrate');
  try {
    await ensureStreams(nc, settings.nats.replicas ?? 1);
  } finally {
    await nc.close();
  }
  return applied;
}
