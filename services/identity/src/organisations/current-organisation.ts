import { Injectable } from '@nestjs/common';
import { getOrganisation, type Organisation, renameOrganisation } from '@tidegate/contracts/identity/organisations';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';

interface Row {
  org_id: string;
  name: string;
  created_at: Date;
}

function toWire(row: Row | undefined): Organisation {
  if (!row) throw notFound();
  return { id: row.org_id, name: row.name, createdAt: row.created_at.toISOString() };
}

/** The organisation that the caller acts in. */
@Injectable()
export class CurrentOrganisation {
  @Handles(getOrganisation)
  async get({ tx }: OperationContext<typeof getOrganisation>): Promise<Organisation> {
    return toWire(await tx.one<Row>('select * from organisations where org_id = $1', [tx.orgId]));
  }

  @Handles(renameOrganisation)
  async rename({ input, tx }: OperationContext<typeof renameOrganisation>): Promise<Organisation> {
    return toWire(
      await tx.one<Row>('update organisations set name = $2 where org_id = $1 returning *', [tx.orgId, input.name]),
    );
  }
}
