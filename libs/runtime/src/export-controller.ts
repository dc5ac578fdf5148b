import { Controller, type Type } from '@nestjs/common';
import { EXPORTED } from '@tidegate/contracts/exported';
import { exports } from '@tidegate/contracts/kernel/exported';
import type { StoringService } from '@tidegate/contracts/kernel/service-names';
import { readExported } from '@tidegate/database/exported-rows';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';

/** What a service has of an organisation, by its allow-list, a page at a time. */
export function exportController(service: StoringService): Type {
  const read = exports[service];

  @Controller()
  class ExportRows {
    @Handles(read)
    handle({ input, tx }: OperationContext<typeof read>) {
      return readExported(tx, EXPORTED[service], input.after);
    }
  }

  return ExportRows;
}
