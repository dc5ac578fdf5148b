import { logout, refresh } from '@tidegate/contracts/identity/sessions';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../kernel/principal.ts';
import type { EdgeParts } from './edge-parts.ts';
import { untilKnown } from './own-revocations.ts';
import { persist } from './persist.ts';

/** Several are waited for. */
const DEADLINE_MS = 5_000;

/**
 * A browser's log-out always clears its cookies, even when its access token has expired (the refresh token says which
 * session ends then), and when the session had already ended.
 */
export async function logOutByCookie(edge: EdgeParts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  edge.cookies.clear(reply);
  const principal = (await bySession(edge, request)) ?? (await byRefreshToken(edge, request));
  if (!principal) return;
  const callerToken = edge.access.callerToken(principal);
  const end = untilKnown(logout, edge.revocations, () =>
    edge.bus.call(logout, {}, { callerToken, deadlineMs: DEADLINE_MS }),
  );
  // Without its cookies the browser cannot ask again.
  await persist(() => end({ input: {}, caller: principal.caller }));
}

function bySession(edge: EdgeParts, request: FastifyRequest): Promise<Principal | undefined> {
  const token = edge.cookies.accessToken(request);
  return token === undefined ? Promise.resolve(undefined) : verified(edge, token, request.ip);
}

async function byRefreshToken(edge: EdgeParts, request: FastifyRequest): Promise<Principal | undefined> {
  const refreshToken = edge.cookies.refreshToken(request);
  if (refreshToken === undefined) return undefined;
  try {
    const { accessToken } = await edge.bus.call(refresh, { refreshToken });
    return await verified(edge, accessToken, request.ip);
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) return undefined;
    throw error;
  }
}

/** Undefined when it is no longer valid. */
async function verified(edge: EdgeParts, token: string, ip: string): Promise<Principal | undefined> {
  try {
    return await edge.access.authenticate({ token, byCookie: true }, ip);
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) return undefined;
    throw error;
  }
}
