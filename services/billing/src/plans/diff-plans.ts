import { Injectable } from '@nestjs/common';
import { diffPlans } from '@tidegate/contracts/billing/plans';
import { Tenants } from '@tidegate/database/tenants';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { compareCatalogue } from './apply-catalogue.ts';

@Injectable()
export class DiffPlans {
  constructor(private readonly tenants: Tenants) {}

  @Handles(diffPlans)
  async handle({ input }: Call<typeof diffPlans>) {
    const { diff } = await compareCatalogue(this.tenants.reader({ system: 'catalogue' }), input.yaml);
    return diff;
  }
}
