import { type DynamicModule, type InjectionToken, type LoggerService, Module, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { deadLetterController } from '@tidegate/messaging/dead-letter-controller';
import { problemFilter } from '@tidegate/messaging/problem-filter';
import { serviceStateController } from '@tidegate/messaging/service-state-controller';
import type { Log } from '@tidegate/telemetry/log';
import { exportController } from './export-controller.ts';
import { Housekeeping } from './housekeeping.ts';
import { Loops } from './loops.ts';
import { PurgeOrganisation } from './purge-organisation.ts';
import type { ServiceDefinition } from './service.ts';
import { ShredSecrets } from './shred-secrets.ts';

/** What every service has: connections and what is built on them, its loops, and the upkeep of its schema. */
@Module({})
export class PlatformModule {
  static of({ name, migrations, secrets }: ServiceDefinition, given: Provider[]): DynamicModule {
    const stores = migrations.length > 0 && name !== 'gateway';
    return {
      module: PlatformModule,
      global: true,
      imports: [DiscoveryModule],
      controllers: [
        ...(stores
          ? [PurgeOrganisation, deadLetterController(name), serviceStateController(name), exportController(name)]
          : []),
        ...(secrets.length > 0 ? [ShredSecrets] : []),
      ],
      providers: [...given, problemFilter, Loops, ...(stores ? [Housekeeping] : [])],
      exports: given.map((provider) => (provider as { provide: InjectionToken }).provide),
    };
  }
}

/** The platform first: what it provides for all, such as the last filter, comes before what the service adds. */
export function rootModule(platform: DynamicModule, service: DynamicModule['module']): DynamicModule {
  return { module: RootModule, imports: [platform, service] };
}

@Module({})
class RootModule {}

/** Nest logs failures in its hooks. A failed start also throws, and is logged where it is retried. */
export const nestLogger = (log: Log): LoggerService => ({
  log() {},
  warn() {},
  error(message: unknown, ...details: unknown[]) {
    if (details.at(-1) === 'ExceptionHandler') return;
    const error = message instanceof Error ? message : undefined;
    log.error({ error, details: details.filter((one) => typeof one === 'string') }, error?.message ?? String(message));
  },
});
