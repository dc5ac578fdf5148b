import { Injectable } from '@nestjs/common';
import { listMeters } from '@tidegate/contracts/usage/usage';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { findMeters } from './meter.rows.ts';

@Injectable()
export class ListMeters {
  @Handles(listMeters)
  async handle({ tx }: Call<typeof listMeters>) {
    return { items: await findMeters(tx) };
  }
}
