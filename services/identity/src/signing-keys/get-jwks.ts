import { Controller } from '@nestjs/common';
import { getJwks } from '@tidegate/contracts/identity/tokens';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { readSigningKeys } from './signing-key.rows.ts';

@Controller()
export class GetJwks {
  @Handles(getJwks)
  async handle({ tx }: OperationContext<typeof getJwks>) {
    const rows = await readSigningKeys(tx);
    return { keys: rows.map((row) => ({ ...row.public_jwk, kid: row.kid, alg: 'ES256', use: 'sig' })) };
  }
}
