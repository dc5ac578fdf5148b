import { fileURLToPath } from 'node:url';
import type { Type } from '@nestjs/common';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { SealedColumn } from '@tidegate/vault/reseal';
import type { ConfigClass } from './config.ts';

/** What is written otherwise when an organisation comes from another installation (`tidegate organisations import`). */
export interface Arrival {
  /** SQL before its first row. */
  readonly before?: string;
  /** By table and column: SQL in place of what the file says. The row is `r`. */
  readonly instead?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By table: columns with the version of a plan or an add-on, whose numbers differ between installations. */
  readonly versions?: readonly VersionedColumn[];
  /** SQL after its last row; $1 is the organisation. */
  readonly after?: string;
  /** SQL once its rows are taken away again, because its import was given up; $1 is the organisation. */
  readonly withdrawn?: string;
}

/** A column with a version of what another column names. */
export interface VersionedColumn {
  readonly table: string;
  readonly of: 'plan' | 'addon';
  readonly name: string;
  readonly version: string;
}

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
  readonly arrival: Arrival;
  /** The gateway serves HTTP; other services answer on NATS only. */
  readonly http: boolean;
}

export function defineService(spec: {
  name: ServiceName;
  module: Type;
  config?: ConfigClass;
  migrations?: URL | readonly URL[];
  secrets?: readonly SealedColumn[];
  arrival?: Arrival;
  http?: boolean;
}): ServiceDefinition {
  const migrations = spec.migrations === undefined ? [] : [spec.migrations].flat();
  const { name, module, config, secrets = [], arrival = {}, http = false } = spec;
  return { name, module, config, migrations, secrets, arrival, http };
}

/** Schema and role of a service: its name in snake case. */
export const schemaOf = (service: ServiceName): string => service.replaceAll('-', '_');

/** What every schema has: the functions for day partitions, messaging's tables and the vault's. */
const SHARED = ['../../database/migrations', '../../messaging/migrations', '../../vault/migrations'];

/** Folders of the migrations of a service's schema, in their order. */
export const migrationFolders = ({ migrations }: ServiceDefinition): string[] =>
  [...SHARED.map((path) => new URL(path, import.meta.url)), ...migrations].map((url) => fileURLToPath(url));
