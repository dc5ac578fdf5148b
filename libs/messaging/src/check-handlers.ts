import type { Operation } from '@tidegate/contracts/kernel/operation';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { OperationHandler } from './handler.ts';

/** Fail closed at boot: each operation has exactly one handler, in the service that owns it. */
export function checkHandlers(service: ServiceName, handlers: OperationHandler[], contracts: Operation[]): void {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { operation } of handlers) {
    if (operation.service !== service) {
      faults.push(`${operation.name} belongs to ${operation.service}: implement it there.`);
    }
    if (seen.has(operation.subject)) faults.push(`${operation.name} has two handlers: remove one.`);
    seen.add(operation.subject);
  }
  for (const contract of contracts) {
    if (contract.service === service && !seen.has(contract.subject)) {
      faults.push(`${contract.name} has no handler: add @Handles to a controller of the service's module.`);
    }
  }
  if (faults.length > 0) throw new Error(`${service} cannot start:\n  ${faults.join('\n  ')}`);
}
