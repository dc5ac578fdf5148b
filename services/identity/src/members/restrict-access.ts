import { Injectable } from '@nestjs/common';
import type { Entitlements as Snapshot } from '@tidegate/contracts/billing/entitlements';
import { type Standing, standingOf } from '@tidegate/contracts/billing/restrictions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Outbox } from '@tidegate/messaging/outbox';
import { restrictKeys } from '../kernel/api-key.rows.ts';
import { renewVersions, restrictMembers } from '../kernel/member.rows.ts';

/**
 * When a plan allows fewer members or keys, those that came last may only read. Their tokens, and what others remember of
 * their keys, are looked at again. A payment that is overdue restricts nobody here: somebody has to pay it.
 */
@Injectable()
export class RestrictAccess {
  constructor(
    entitlements: Entitlements,
    private readonly outbox: Outbox,
  ) {
    entitlements.follow((tx, snapshot) => this.restrict(tx, snapshot));
  }

  private async restrict(tx: Tx, snapshot: Snapshot): Promise<void> {
    const members = await restrictMembers(tx, whoeverPays(standingOf(snapshot, 'seats')));
    const owners = await restrictKeys(tx, whoeverPays(standingOf(snapshot, 'api_keys')));
    const others = owners.filter((owner) => !members.some((member) => member.user_id === owner));
    const renewed = [...members, ...(await renewVersions(tx, others))];
    const orgId = tx.orgId as string;
    for (const { user_id, version } of renewed) {
      const revoked = { kind: 'member' as const, id: `${orgId}:${user_id}`, version: Number(version) };
      await this.outbox.emit(tx, accessRevoked, { ...revoked, at: new Date().toISOString() }, orgId);
    }
  }
}

const whoeverPays = (standing: Standing): Standing =>
  standing.all === 'read_only' ? { keep: null, all: null } : standing;
