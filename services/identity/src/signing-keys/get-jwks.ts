import { Controller } from '@nestjs/common';
import { getJwks } from '@tidegate/contracts/identity/tokens';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { SigningKeys } from './signing-keys.ts';

@Controller()
export class GetJwks {
  constructor(private readonly keys: SigningKeys) {}

  @Handles(getJwks)
  async handle({ tx }: OperationContext<typeof getJwks>) {
    return { keys: await this.keys.published(tx) };
  }
}
