import { fileURLToPath } from 'node:url';
import type { Type } from '@nestjs/common';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { SealedColumn } from '@tidegate/vault/reseal';
import type { ConfigClass } from './config.ts';

export interface ServiceDefinition {
  readonly name: ServiceName;
  /** Nest module whose providers are the service's handlers and loops. */
  readonly module: Type;
  /** Made with `Config(schema)`; injectable by its class. */
  readonly config: ConfigClass | undefined;
  /** Folders of SQL files, in order; empty for a service without a schema. */
  readonly migrations: readonly URL[];
  /** Where organisations' secrets are stored, sealed by the vault. They are shredded with their organisation. */
  readonly secrets: readonly SealedColumn[];
  /** The gateway serves HTTP; other services answer on NATS only. */
  readonly http: boolean;
}

export function defineService(spec: {
  name: ServiceName;
  module: Type;
  config?: ConfigClass;
  migrations?: URL | readonly URL[];
  secrets?: readonly SealedColumn[];
  http?: boolean;
}): ServiceDefinition {
  const migrations = spec.migrations === undefined ? [] : [spec.migrations].flat();
  const { name, module, config, secrets = [], http = false } = spec;
  return { name, module, config, migrations, secrets, http };
}

/** Schema and role of a service: its name in snake case. */
export const schemaOf = (service: ServiceName): string => service.replaceAll('-', '_');

/** What every schema has: the functions for day partitions, messaging's tables and the vault's. */
const SHARED = ['../../database/migrations', '../../messaging/migrations', '../../vault/migrations'];

/** Folders of the migrations of a service's schema, in their order. */
export const migrationFolders = ({ migrations }: ServiceDefinition): string[] =>
  [...SHARED.map((path) => new URL(path, import.meta.url)), ...migrations].map((url) => fileURLToPath(url));
