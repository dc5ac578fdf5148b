import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { login, logout, refresh, register, switchOrganisation } from '@tidegate/contracts/identity/sessions';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayConfig } from '../gateway.config.ts';
import { CookieSeal } from './cookie-seal.ts';
import { addressOf, isOwnOrigin, needsPlainCookies } from './own-origin.rules.ts';

/*
 * For browsers: a log-in with the header `Session-Cookies: true` gets its tokens as cookies that scripts cannot read,
 * and none in the body; a token that came by cookie is answered by cookie, whatever the header says. Browsers send
 * cookies for pages of other sites too, so a write that relies on them must come from our own origin.
 *
 * A log-in by cookie also sets a device cookie, which outlives the session: a random value that only proves that this
 * browser has logged in before. Identity does not make it wait for wrong passwords of others.
 *
 * Under an organisation's domain all of them are sealed for that domain (`cookie-seal.ts`), and a log-in gives nothing else.
 */
type Kind = 'access' | 'refresh' | 'device';
const PATHS: Record<Kind, string> = { access: '/', refresh: '/api/v1/sessions', device: '/api/v1/sessions' };
const SECURE = {
  access: '__Host-tidegate-access',
  refresh: '__Secure-tidegate-refresh',
  device: '__Secure-tidegate-device',
  flags: '; Secure',
};
const PLAIN: typeof SECURE = {
  access: 'tidegate-access',
  refresh: 'tidegate-refresh',
  device: 'tidegate-device',
  flags: '',
};
/** As long as identity remembers an unused device. */
const DEVICE_MS = 90 * 24 * 3_600_000;
const DEVICE_ID = /^[\w-]{32,64}$/;
const GIVING: ReadonlySet<Operation> = new Set<Operation>([login, register, refresh, switchOrganisation]);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Tokens {
  accessToken?: string;
  accessTokenExpiresAt?: string;
  refreshToken?: string;
  refreshTokenExpiresAt?: string;
  organisation?: { id: string } | null;
}

@Injectable()
export class SessionCookies {
  private readonly publicUrl: string;
  private readonly mayBePlain: boolean;
  private readonly seal: CookieSeal;

  constructor(@Inject(SETTINGS) settings: Settings, config: GatewayConfig) {
    this.publicUrl = settings.publicUrl;
    this.mayBePlain = config.ALLOW_INSECURE;
    this.seal = new CookieSeal(settings.secrets.of('CALLER_SECRET'));
  }

  /** Of a request without an authorization header. */
  accessToken(request: FastifyRequest): string | undefined {
    const token = this.read(request, 'access');
    if (token !== undefined && !SAFE.has(request.method)) this.requireOwnOrigin(request);
    return token;
  }

  /** Refused from foreign pages. */
  refreshToken(request: FastifyRequest): string | undefined {
    const token = this.read(request, 'refresh');
    if (token !== undefined) this.requireOwnOrigin(request);
    return token;
  }

  /**
   * The input, with the cookie's refresh token when it has none, and whether the answer's tokens become cookies. A
   * log-in by cookie gets the browser's device id, or a new one. Everything that may be refused is refused here, before
   * anything happens.
   */
  prepare(operation: Operation, request: FastifyRequest, input: Record<string, unknown>) {
    if (!GIVING.has(operation)) return { input, byCookie: false };
    const fromCookie =
      operation === refresh && input['refreshToken'] === undefined ? this.refreshToken(request) : undefined;
    const leansOnCookie =
      operation === switchOrganisation &&
      request.headers.authorization === undefined &&
      this.read(request, 'access') !== undefined;
    const wanted = request.headers['session-cookies'] === 'true' || request.organisationHost !== undefined;
    const byCookie = fromCookie !== undefined || leansOnCookie || wanted;
    if (byCookie) this.requireOwnOrigin(request);
    if (byCookie) this.requireKept(request);
    if (fromCookie !== undefined) return { input: { ...input, refreshToken: fromCookie }, byCookie };
    if (operation !== login || !byCookie || input['deviceId'] !== undefined) return { input, byCookie };
    const known = this.read(request, 'device') ?? '';
    const deviceId = DEVICE_ID.test(known) ? known : randomBytes(24).toString('base64url');
    return { input: { ...input, deviceId }, byCookie, deviceId };
  }

  /** Moves the tokens of an answer into cookies. Under an organisation's domain it names that one, or none. */
  takeTokens(request: FastifyRequest, reply: FastifyReply, output: unknown, deviceId?: string): unknown {
    const { accessToken, refreshToken, ...rest } = output as Tokens & Record<string, unknown>;
    const names = this.names(request);
    const made = (kind: Kind, value: string, expiresAt: string | undefined) =>
      cookie(names[kind], this.sealed(request, kind, value), `${PATHS[kind]}${names.flags}`, expiresAt);
    const cookies = [];
    if (accessToken) cookies.push(made('access', accessToken, rest.accessTokenExpiresAt));
    if (refreshToken) cookies.push(made('refresh', refreshToken, rest.refreshTokenExpiresAt));
    if (deviceId) cookies.push(made('device', deviceId, new Date(Date.now() + DEVICE_MS).toISOString()));
    void reply.header('set-cookie', cookies);
    const { organisationHost: host } = request;
    return host && rest.organisation?.id !== host.orgId ? { ...rest, organisation: null, role: null } : rest;
  }

  /**
   * Both kinds, because a browser may have some from before the address or the setting changed. The device stays known.
   */
  clear(reply: FastifyReply): void {
    const gone = new Date(0).toISOString();
    void reply.header(
      'set-cookie',
      [SECURE, PLAIN].flatMap(({ access, refresh: next, flags }) => [
        cookie(access, '', `${PATHS.access}${flags}`, gone),
        cookie(next, '', `${PATHS.refresh}${flags}`, gone),
      ]),
    );
  }

  /** A log-out from a browser, whose tokens may already have expired. */
  isCookieLogout(operation: Operation, request: FastifyRequest): boolean {
    if (operation !== logout || request.headers.authorization !== undefined) return false;
    if (this.read(request, 'access') === undefined && this.read(request, 'refresh') === undefined) return false;
    this.requireOwnOrigin(request);
    return true;
  }

  private names(request: FastifyRequest): typeof SECURE {
    const plain = this.mayBePlain && this.needsPlain(request);
    return plain ? PLAIN : SECURE;
  }

  private read(request: FastifyRequest, kind: Kind): string | undefined {
    const secure = readCookie(request, SECURE[kind]);
    const text = secure === undefined && this.mayBePlain ? readCookie(request, PLAIN[kind]) : secure;
    const { organisationHost: host } = request;
    return text === undefined || !host ? text : this.seal.open(text, host, kind);
  }

  private sealed({ organisationHost: host }: FastifyRequest, kind: Kind, value: string): string {
    return host ? this.seal.seal(value, host, kind) : value;
  }

  private requireOwnOrigin(request: FastifyRequest): void {
    const address = addressOf(request.organisationHost, this.publicUrl);
    if (isOwnOrigin(request.headers, address)) return;
    throw forbidden({}, `Requests with the session cookie must come from a page of ${new URL(address).origin}.`);
  }

  private needsPlain({ headers, protocol, organisationHost }: FastifyRequest): boolean {
    return needsPlainCookies(headers, protocol, addressOf(organisationHost, this.publicUrl));
  }

  /** Better than a log-in that succeeds and a cookie that the browser drops. */
  private requireKept(request: FastifyRequest): void {
    if (this.mayBePlain || !this.needsPlain(request)) return;
    throw forbidden(
      {},
      'Browsers keep the session cookie only over https (PUBLIC_URL) or on localhost, or with ALLOW_INSECURE=true.',
    );
  }
}

function cookie(name: string, value: string, pathAndFlags: string, expiresAt: string | undefined): string {
  const expires = expiresAt ? `; Expires=${new Date(expiresAt).toUTCString()}` : '';
  return `${name}=${value}; Path=${pathAndFlags}; HttpOnly; SameSite=Lax${expires}`;
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
