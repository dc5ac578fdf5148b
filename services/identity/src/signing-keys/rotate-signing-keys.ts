import { Controller } from '@nestjs/common';
import { rotateSigningKeys } from '@tidegate/contracts/identity/tokens';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { SigningKeys } from './signing-keys.ts';

@Controller()
export class RotateSigningKeys {
  constructor(private readonly keys: SigningKeys) {}

  @Handles(rotateSigningKeys)
  async handle({ tx }: OperationContext<typeof rotateSigningKeys>) {
    return { keyId: await this.keys.begin(tx) };
  }
}
