import { randomBytes } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import { makeApiKey } from '@tidegate/contracts/identity/api-key-format';
import { createLink, LINKED, listLinks, revokeLink } from '@tidegate/contracts/identity/links';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { forbidden, notFound } from '@tidegate/contracts/kernel/problem';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { countListed, insertApiKey, LINK_ORDERS, listKeyRows, requireRoom } from '../kernel/api-key.rows.ts';
import { requireScopes } from '../kernel/delegation.rules.ts';
import { grantorOf } from '../kernel/grantor.ts';
import { requireFutureEnd } from '../kernel/key-end.rules.ts';
import { VerifiedAddresses } from '../kernel/people.ts';
import { hashOf } from '../kernel/tokens.ts';
import { deleteLink, toWire } from './link.rows.ts';

/** Links to read-only pages: each carries a key that reads one thing. */
@Controller()
export class Links {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly addresses: VerifiedAddresses,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Handles(createLink)
  async create({ input, caller, tx, refuse }: OperationContext<typeof createLink>) {
    if (caller.kind !== 'user' || !caller.userId) throw forbidden({}, 'Links are created by people: log in.');
    requireFutureEnd(input.expiresAt);
    const { scope } = LINKED[input.kind];
    requireScopes(await grantorOf(tx, caller, createLink), [scope]);
    await this.addresses.require(refuse, tx, caller.userId);
    await this.entitlements.feature(tx, 'white_label');
    await requireRoom(tx);
    const { key, keyId } = makeApiKey(randomBytes);
    const { name, expiresAt, kind, thingId } = input;
    const made = { keyId, keyHash: hashOf(key), name, scopes: [scope], createdBy: caller.userId, expiresAt };
    const link = toWire(await insertApiKey(tx, { ...made, only: { kind, id: thingId } }));
    // Behind #, so that no server's log has it.
    const path = `/o/${tx.orgId}/${link.kind}s/${link.thingId}#link=${key}`;
    return { ...link, key, url: new URL(path, this.settings.publicUrl).href };
  }

  @Handles(listLinks)
  async list({ input, tx }: OperationContext<typeof listLinks>) {
    const listed = { which: 'links', search: input.search } as const;
    const place = LINK_ORDERS.place(input);
    const page = place.page(await listKeyRows(tx, place, listed), toWire);
    return { ...page, total: input.count ? await countListed(tx, listed) : null };
  }

  @Handles(revokeLink)
  async revoke({ input: { linkId }, tx, emit }: OperationContext<typeof revokeLink>) {
    if (!(await deleteLink(tx, linkId))) throw notFound();
    await emit(accessRevoked, { kind: 'api_key', id: linkId, at: new Date().toISOString() });
    return {};
  }
}
