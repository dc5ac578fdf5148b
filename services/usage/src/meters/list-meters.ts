import { Controller } from '@nestjs/common';
import { listMeters } from '@tidegate/contracts/usage/usage';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findMeters } from './meter.rows.ts';

@Controller()
export class ListMeters {
  @Handles(listMeters)
  async handle({ tx }: OperationContext<typeof listMeters>) {
    return { items: await findMeters(tx) };
  }
}
