import { Controller } from '@nestjs/common';
import { describeKeys } from '@tidegate/contracts/identity/api-keys';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { describeKeys as describeRows, prefixOf } from '../kernel/api-key.rows.ts';

@Controller()
export class DescribeKeys {
  @Handles(describeKeys)
  async handle({ input: { keyIds }, tx }: OperationContext<typeof describeKeys>) {
    const rows = await describeRows(tx, keyIds);
    return {
      items: rows.map(({ key_id: id, name, ended_at }) => ({
        ...{ id, name, prefix: prefixOf(id), endedAt: ended_at?.toISOString() ?? null },
      })),
    };
  }
}
