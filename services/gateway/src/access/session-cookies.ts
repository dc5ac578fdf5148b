import { Inject, Injectable } from '@nestjs/common';
import { login, logout, refresh, register, switchOrganisation } from '@tidegate/contracts/identity/sessions';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import type { FastifyReply, FastifyRequest } from 'fastify';

/*
 * For browsers: a log-in that asks with the header `Session-Cookies: true` gets its tokens as cookies that scripts
 * cannot read, and none in the body. Cookies are sent by foreign pages too, so a writing request that leans on them
 * must come from our own origin.
 */
const ACCESS = '__Host-tidegate-access';
const REFRESH = '__Secure-tidegate-refresh';
const REFRESH_PATH = '/api/v1/sessions';
const GIVING: ReadonlySet<Operation> = new Set<Operation>([login, register, refresh, switchOrganisation]);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Tokens {
  accessToken?: string;
  accessTokenExpiresAt?: string;
  refreshToken?: string;
  refreshTokenExpiresAt?: string;
}

@Injectable()
export class SessionCookies {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  accessToken(request: FastifyRequest): string | undefined {
    const token = readCookie(request, ACCESS);
    if (token !== undefined && !SAFE.has(request.method)) this.requireOwnOrigin(request);
    return token;
  }

  /** A refresh without a token in the body uses the cookie's. */
  async addRefreshToken(operation: Operation, request: FastifyRequest, input: Record<string, unknown>) {
    if (operation !== refresh || input['refreshToken'] !== undefined) return input;
    const token = readCookie(request, REFRESH);
    if (token === undefined) return input;
    this.requireOwnOrigin(request);
    return { ...input, refreshToken: token };
  }

  /** Moves the tokens of an answer into cookies when the browser asked for that. */
  takeTokens(operation: Operation, request: FastifyRequest, reply: FastifyReply, output: unknown): unknown {
    const wanted = request.headers['session-cookies'] === 'true' || readCookie(request, ACCESS) !== undefined;
    if (!GIVING.has(operation) || !wanted) return output;
    this.requireOwnOrigin(request);
    const { accessToken, refreshToken, ...rest } = output as Tokens & Record<string, unknown>;
    const cookies = [];
    if (accessToken) cookies.push(cookie(ACCESS, accessToken, '/', rest.accessTokenExpiresAt));
    if (refreshToken) cookies.push(cookie(REFRESH, refreshToken, REFRESH_PATH, rest.refreshTokenExpiresAt));
    void reply.header('set-cookie', cookies);
    return rest;
  }

  afterEmpty(operation: Operation, request: FastifyRequest, reply: FastifyReply): void {
    if (operation !== logout || readCookie(request, ACCESS) === undefined) return;
    const gone = new Date(0).toISOString();
    void reply.header('set-cookie', [cookie(ACCESS, '', '/', gone), cookie(REFRESH, '', REFRESH_PATH, gone)]);
  }

  private requireOwnOrigin(request: FastifyRequest): void {
    const { origin } = request.headers;
    const own = new URL(this.settings.publicUrl).origin;
    const sameSite = request.headers['sec-fetch-site'];
    if (origin === own || (origin === undefined && (sameSite === undefined || sameSite === 'same-origin'))) return;
    throw forbidden({}, `Requests with the session cookie must come from ${own}.`);
  }
}

function cookie(name: string, value: string, path: string, expiresAt: string | undefined): string {
  const expires = expiresAt ? `; Expires=${new Date(expiresAt).toUTCString()}` : '';
  return `${name}=${value}; Path=${path}; HttpOnly; Secure; SameSite=Lax${expires}`;
}

function readCookie(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers.cookie;
  if (!header?.includes(name)) return undefined;
  for (const part of header.split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return undefined;
}
