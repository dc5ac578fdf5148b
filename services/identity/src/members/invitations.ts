import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  acceptInvitation,
  invitationInvalid,
  invite,
  listInvitations,
  memberChanged,
  revokeInvitation,
  roleTooHigh,
} from '@tidegate/contracts/identity/members';
import { mayGrant, type Role } from '@tidegate/contracts/identity/roles';
import { conflict, forbidden, notFound } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { findUser } from '../accounts/user.rows.ts';
import { countSeats, isMember } from './member.rows.ts';

const VALID_DAYS = 7;

interface Row {
  org_id: string;
  id: string;
  email: string;
  role: Role;
  created_at: Date;
  expires_at: Date;
}

const toWire = (row: Row) => ({
  id: row.id,
  email: row.email,
  role: row.role,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** An invitation is for one e-mail address and works once. Only its hash is kept. */
@Injectable()
export class Invitations {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly outbox: Outbox,
  ) {}

  @Handles(invite)
  async invite({ input, caller, tx }: Call<typeof invite>) {
    if (!mayGrant((caller.role ?? 'viewer') as Role, input.role)) throw roleTooHigh();
    // The claim makes invitations of one organisation wait for each other, so an address never has two.
    await this.entitlements.claim(tx, 'seats', () => countSeats(tx, input.email));
    if (await isMember(tx, input.email)) throw conflict({}, `${input.email} is a member already.`);
    await tx.query('delete from invitations where org_id = $1 and (lower(email) = lower($2) or expires_at <= now())', [
      tx.orgId,
      input.email,
    ]);
    const token = randomBytes(24).toString('base64url');
    const row = await tx.one<Row>(
      `insert into invitations (org_id, id, email, role, token_hash, expires_at)
       values ($1, $2, $3, $4, $5, now() + make_interval(days => $6)) returning *`,
      [tx.orgId, newId(), input.email, input.role, hashOf(token), VALID_DAYS],
    );
    if (!row) throw new Error('The invitation was not stored.');
    return { ...toWire(row), token };
  }

  @Handles(listInvitations)
  async list({ tx }: Call<typeof listInvitations>) {
    const rows = await tx.query<Row>(
      'select * from invitations where org_id = $1 and expires_at > now() order by created_at limit 1000',
      [tx.orgId],
    );
    return { items: rows.map(toWire) };
  }

  @Handles(revokeInvitation)
  async revoke({ input, tx }: Call<typeof revokeInvitation>) {
    const row = await tx.one('delete from invitations where org_id = $1 and id = $2 returning id', [
      tx.orgId,
      input.invitationId,
    ]);
    if (!row) throw notFound();
    return {};
  }

  @Handles(acceptInvitation)
  async accept({ input, caller, tx }: Call<typeof acceptInvitation>) {
    const { userId } = caller;
    if (caller.kind !== 'user' || !userId) throw forbidden({}, 'A person accepts an invitation, not a key.');
    const lookup = hashOf(input.token);
    const found = await tx
      .as({ lookup })
      .one<Row>('select * from invitations where token_hash = $1 and expires_at > now()', [lookup]);
    if (!found) throw invitationInvalid();
    const joining = tx.as({ orgId: found.org_id, userId });
    const user = await findUser(joining, userId);
    if (user?.email.toLowerCase() !== found.email.toLowerCase()) throw invitationInvalid();
    const taken = await joining.one('delete from invitations where org_id = $1 and id = $2 returning id', [
      found.org_id,
      found.id,
    ]);
    if (!taken) throw invitationInvalid();
    const joined = await joining.one(
      'insert into members (org_id, user_id, role) values ($1, $2, $3) on conflict do nothing returning user_id',
      [found.org_id, userId, found.role],
    );
    if (joined) await this.outbox.emit(joining, memberChanged, { orgId: found.org_id, userId, role: found.role });
    return { organisationId: found.org_id, role: found.role };
  }
}
