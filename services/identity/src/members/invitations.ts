import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  acceptInvitation,
  invitationInvalid,
  invite,
  listInvitations,
  memberChanged,
  revokeInvitation,
} from '@tidegate/contracts/identity/members';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { conflict, forbidden, notFound } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { findUser } from '../accounts/user.rows.ts';
import { giverOf } from './giver.ts';
import { mayInvite, refuseLarger } from './hand-on.rules.ts';
import { countSeats, isMember } from './member.rows.ts';

const VALID_DAYS = 7;
/** Of one organisation, whatever its plan: some plans have no end of seats. */
const MOST_OPEN = 500;

interface Row {
  org_id: string;
  id: string;
  email: string;
  role: Role;
  invited_by: string;
  invited_with_key: string | null;
  created_at: Date;
  expires_at: Date;
}

const toWire = (row: Row) => ({
  id: row.id,
  email: row.email,
  role: row.role,
  invitedBy: row.invited_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** An invitation is for one e-mail address, works once, and no longer than its maker could make it again. */
@Injectable()
export class Invitations {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly outbox: Outbox,
  ) {}

  @Handles(invite)
  async invite({ input, caller, tx }: Call<typeof invite>) {
    refuseLarger(await giverOf(tx, caller, invite), input.role);
    // The claim makes invitations of one organisation wait for each other, so an address never has two.
    await this.entitlements.claim(tx, 'seats', () => countSeats(tx, input.email));
    if ((await countOpen(tx)) >= MOST_OPEN) {
      throw conflict({}, `${MOST_OPEN} invitations are open, as many as there may be. Take some back.`);
    }
    if (await isMember(tx, input.email)) throw conflict({}, `${input.email} is a member already.`);
    await tx.query('delete from invitations where org_id = $1 and (lower(email) = lower($2) or expires_at <= now())', [
      tx.orgId,
      input.email,
    ]);
    const token = randomBytes(24).toString('base64url');
    const row = await tx.one<Row>(
      // A key takes what it has made with it, when it is revoked and when it expires.
      `insert into invitations (org_id, id, email, role, token_hash, invited_by, invited_with_key, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, least(now() + make_interval(days => $8),
         (select expires_at from api_keys where org_id = $1 and key_id = $7))) returning *`,
      [tx.orgId, newId(), input.email, input.role, hashOf(token), caller.userId, caller.keyId ?? null, VALID_DAYS],
    );
    if (!row) throw new Error('The invitation was not stored.');
    return { ...toWire(row), token };
  }

  @Handles(listInvitations)
  async list({ input: { limit, cursor }, tx }: Call<typeof listInvitations>) {
    const [after] = readCursor(cursor, 'uuid') ?? [];
    const rows = await tx.query<Row>(
      `select * from invitations where org_id = $1 and expires_at > now() and ($2::uuid is null or id < $2)
        order by id desc limit $3`,
      [tx.orgId, after ?? null, limit + 1],
    );
    return pageOf(rows, limit, toWire, (row) => [row.id]);
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
    if (!(await stillGiven(joining, found))) throw invitationInvalid();
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

async function countOpen(tx: Tx): Promise<number> {
  const row = await tx.one<{ open: number }>(
    'select count(*)::int as open from invitations where org_id = $1 and expires_at > now()',
    [tx.orgId],
  );
  return row?.open ?? 0;
}

/** Whether its maker could still make it. What they act with stays locked until the guest is in. */
async function stillGiven(tx: Tx, { invited_by: userId, invited_with_key: keyId, role }: Row): Promise<boolean> {
  const maker = await tx.one<{ role: Role; scopes: string[] | null }>(
    `select m.role, k.scopes from members m left join api_keys k on k.org_id = m.org_id and k.key_id = $3
      where m.org_id = $1 and m.user_id = $2 and ($3::text is null or k.key_id is not null) for share of m`,
    [tx.orgId, userId, keyId],
  );
  if (!maker) return false;
  const scopes = ROLE_SCOPES[maker.role].filter((scope) => maker.scopes?.includes(scope) ?? true);
  return mayInvite({ role: maker.role, scopes }, role);
}
