import { EXPORTED } from '@tidegate/contracts/exported';
import type { StoringService } from '@tidegate/contracts/kernel/service-names';
import { connectDatabase } from '@tidegate/database/data-source';
import { type MovedTable, movedTables } from '@tidegate/database/move/moved-tables';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { type Arrival, schemaOf } from '@tidegate/runtime/service';
import type { Settings } from '@tidegate/runtime/settings';
import { Vault } from '@tidegate/vault/vault';
import { loadServices } from '../roles.ts';

/** A service's database, as the service itself sees it. */
export interface MovingService {
  service: StoringService;
  tenants: TenantDatabase;
  /** Where organisations' secrets are sealed. */
  vault: Vault | undefined;
  tables: readonly MovedTable[];
  queues: readonly MovedTable[];
  arrival: Arrival;
}

/** In the order of a file. Identity is the last: nobody is a member, and no key works, before everything else is there. */
export const FILE_ORDER: readonly StoringService[] = [
  'notifier',
  'bot-executor',
  'monitor-agent',
  'billing',
  'usage',
  'identity',
];

export async function withServices<T>(
  settings: Settings,
  work: (services: readonly MovingService[]) => Promise<T>,
): Promise<T> {
  const { host, port, name: database, ssl, roles } = settings.database;
  const definitions = await loadServices(FILE_ORDER);
  const ends: (() => Promise<void>)[] = [];
  try {
    const services: MovingService[] = [];
    for (const [at, service] of FILE_ORDER.entries()) {
      const login = { host, port, database, ssl, schema: schemaOf(service), poolSize: 3, ...roles[service] };
      const dataSource = await connectDatabase({ ...login, applicationName: `tidegate move ${service}` });
      ends.push(() => dataSource.destroy());
      const tenants = new TenantDatabase(dataSource);
      const { moves } = EXPORTED[service];
      const ring = settings.encryptionKeys[service];
      services.push({
        service,
        tenants,
        vault: ring && new Vault(ring),
        tables: await movedTables(tenants.reader({}), moves.tables),
        queues: await movedTables(tenants.reader({}), moves.queues),
        arrival: definitions[at]?.arrival ?? {},
      });
    }
    return await work(services);
  } finally {
    await Promise.all(ends.map((end) => end()));
  }
}

export function serviceOf(services: readonly MovingService[], name: StoringService): MovingService {
  const found = services.find(({ service }) => service === name);
  if (!found) throw new Error(`No service ${name} has tables.`);
  return found;
}
