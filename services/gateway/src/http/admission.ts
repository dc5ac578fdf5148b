import { Inject, Injectable } from '@nestjs/common';
import { type Operation, takesRoom } from '@tidegate/contracts/kernel/operation';
import { forbidden, invalid, ProblemError, storageFull, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { DiskRoom } from '@tidegate/runtime/disk-room';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.ts';
import { Memberships, ORGANISATION_HEADER } from '../access/memberships.ts';
import type { Credential, Principal } from '../kernel/principal.ts';
import { RateLimits } from '../limits/rate-limits.ts';
import { callerAt, organisationAt, requireOpenAt } from './at-organisation-host.ts';

const FIELD = '/Tidegate-Organisation';
/** Until somebody or the retention has made room. */
const ROOM_AGAIN_SECONDS = 60;

/**
 * Authentication, rate limits, organisation and scope, before a byte of the body is read. Wrong credentials count as
 * none. Synchronous when everything is cached, which is nearly always.
 */
@Injectable()
export class Admission {
  constructor(
    private readonly access: Access,
    private readonly memberships: Memberships,
    private readonly limits: RateLimits,
    private readonly disk: DiskRoom,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  admit(operation: Operation, request: FastifyRequest, reply: FastifyReply): Principal | Promise<Principal> {
    const { scope, judgedByInput } = operation;
    const { organisationHost } = request;
    if (organisationHost) requireOpenAt(organisationHost, operation, this.settings.publicUrl);
    // Only the service that understands the input can judge and count it.
    if (judgedByInput) return this.access.anonymous(request.ip);
    if (scope === 'public') return this.admitAnonymous(request, reply);
    const wanted = request.headers[ORGANISATION_HEADER];
    const found = this.find(this.credential(request, reply), request, reply);
    if (found instanceof Promise || wanted !== undefined || organisationHost) {
      return this.enter(found, wanted, FIELD, request, reply).then((one) => this.letIn(operation, one, request));
    }
    this.limits.takeCaller(found, request.ip, reply);
    return this.letIn(operation, found, request);
  }

  private letIn(operation: Operation, principal: Principal, request: FastifyRequest): Principal {
    // Also of who is refused: it is in the logs, and in the audit log.
    request.principal = principal;
    authorize(operation, principal, request);
    if (takesRoom(operation) && this.disk.now === 'none') {
      throw storageFull(
        { retryAfterSeconds: ROOM_AGAIN_SECONDS },
        'Reading, changing, stopping and deleting go on. Repeat this later, or delete what you no longer need.',
      );
    }
    return principal;
  }

  admitAnonymous(request: FastifyRequest, reply: FastifyReply): Principal {
    const principal = this.access.anonymous(request.ip);
    this.limits.takeCaller(principal, request.ip, reply);
    return principal;
  }

  /** For the live stream and downloads, which browsers open without custom headers. */
  async admitStream(request: FastifyRequest, reply: FastifyReply) {
    const { organisation } = request.query as { organisation?: unknown };
    const wanted = organisation ?? request.headers[ORGANISATION_HEADER];
    const credential = this.credential(request, reply);
    const found = this.find(credential, request, reply);
    const principal = await this.enter(found, wanted, '/organisation', request, reply);
    if (!credential) throw unauthenticated({}, 'Send an access token or an API key.');
    if (principal.caller.kind === 'service_key')
      throw forbidden({}, 'A service key opens no stream and downloads nothing.');
    if (principal.only) throw forbidden({}, 'A link opens no stream and downloads nothing.');
    return { principal, credential };
  }

  private credential(request: FastifyRequest, reply: FastifyReply): Credential | undefined {
    try {
      return this.access.credential(request);
    } catch (error) {
      throw this.counted(error, request, reply);
    }
  }

  private find(credential: Credential | undefined, request: FastifyRequest, reply: FastifyReply) {
    const found = this.access.authenticate(credential, request.ip);
    if (!(found instanceof Promise)) return found;
    return found.catch((error: unknown) => {
      throw this.counted(error, request, reply);
    });
  }

  /** Wrong credentials count as a request of their network; too many of them get 429 instead of 401. */
  private counted(error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
    if (error instanceof ProblemError && error.status === 401) this.limits.takeFailure(request.ip, reply);
    return error;
  }

  private async enter(
    found: Principal | Promise<Principal>,
    wanted: unknown,
    field: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Principal> {
    const principal = await found;
    this.limits.takeCaller(principal, request.ip, reply);
    const host = request.organisationHost;
    const one = host ? organisationAt(host, wanted) : wanted;
    const chosen = one === undefined ? principal : await this.memberships.choose(principal, String(one), field);
    return host ? callerAt(host, chosen) : chosen;
  }
}

function authorize({ scope, cloudEvents, http }: Operation, principal: Principal, request: FastifyRequest): void {
  const { kind, scopes, orgId } = principal.caller;
  if (kind === 'anonymous') throw unauthenticated({}, 'Send an access token or an API key as a bearer token.');
  if (kind === 'service_key' && scope === 'self') throw forbidden({ scope }, 'A service key has no account.');
  if (principal.only && !isAbout(principal.only, http, request)) {
    throw forbidden({}, 'A link reads one server or bot and nothing else.');
  }
  if (scope !== 'self' && !scopes.includes(scope)) throw forbidden({ scope }, `This needs the scope ${scope}.`);
  if (kind === 'service_key' && !orgId && !cloudEvents) {
    throw invalid(FIELD, 'required', 'A service key acts for any organisation: name one by its id in this header.');
  }
}

/** It reads, and the path names the thing of the link. */
function isAbout(
  { parameter, id }: NonNullable<Principal['only']>,
  http: Operation['http'],
  { params }: FastifyRequest,
): boolean {
  if (http?.[0] !== 'GET') return false;
  return (params as Record<string, string>)[parameter]?.toLowerCase() === id;
}
