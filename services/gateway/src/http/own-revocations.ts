import { revokeApiKey } from '@tidegate/contracts/identity/api-keys';
import { revokeLink } from '@tidegate/contracts/identity/links';
import { changeRole, removeMember } from '@tidegate/contracts/identity/members';
import { deleteOrganisation } from '@tidegate/contracts/identity/organisations';
import { revokeServiceKey } from '@tidegate/contracts/identity/service-keys';
import { logout, revokeSession } from '@tidegate/contracts/identity/sessions';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import type { Revocations } from '../access/revocations.ts';

type Ended = (input: Record<string, unknown>, caller: Caller) => string;
const member: Ended = ({ userId }, { orgId }) => `member:${orgId}:${userId}`;

/** What each operation ends, as the key of its revocation. */
const ENDED = new Map<Operation, Ended>([
  [logout, (_input, { sessionId }) => `session:${sessionId}`],
  [revokeSession, ({ sessionId }) => `session:${sessionId}`],
  [revokeApiKey, ({ keyId }) => `api_key:${keyId}`],
  [revokeLink, ({ linkId }) => `api_key:${linkId}`],
  [revokeServiceKey, ({ keyId }) => `service_key:${keyId}`],
  [removeMember, member],
  [changeRole, member],
  [deleteOrganisation, (_input, { orgId }) => `organisation:${orgId}`],
]);
/** A revocation takes milliseconds. In an outage it arrives afterwards, and the change has happened anyway. */
const ARRIVAL_MS = 500;

/**
 * A request that ends a session, a key or a membership is answered when this gateway knows of the revocation, so that
 * it is refused from the answer on. Other gateways receive it at the same time, and nobody waits for them.
 */
export function untilKnown<E extends { input: Record<string, unknown>; caller: Caller }, T>(
  operation: Operation,
  revocations: Revocations,
  ask: (exchange: E) => Promise<T>,
): (exchange: E) => Promise<T> {
  const ended = ENDED.get(operation);
  if (!ended) return ask;
  return async (exchange) => {
    const arrival = revocations.arrivalOf(ended(exchange.input, exchange.caller));
    try {
      const done = await ask(exchange);
      await arrival.within(ARRIVAL_MS);
      return done;
    } finally {
      arrival.ignore();
    }
  };
}
