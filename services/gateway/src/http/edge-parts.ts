import { Injectable } from '@nestjs/common';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';
import { Access } from '../access/access.ts';
import { OrganisationHosts } from '../access/organisation-hosts.ts';
import { Revocations } from '../access/revocations.ts';
import { SessionCookies } from '../access/session-cookies.ts';
import { GatewayConfig } from '../gateway.config.ts';
import { Quota } from '../limits/quota.ts';
import { RateLimits } from '../limits/rate-limits.ts';
import { PlatformStatusLoop } from '../status/platform-status.loop.ts';
import { Admission } from './admission.ts';
import { Installation } from './installation.ts';
import { NoteRefused } from './note-refused.ts';
import { RequestLog } from './request-log.ts';

/** What a mounted operation needs, in one place. */
@Injectable()
export class EdgeParts {
  constructor(
    readonly bus: Bus,
    readonly admission: Admission,
    readonly access: Access,
    readonly cookies: SessionCookies,
    readonly revocations: Revocations,
    readonly organisationHosts: OrganisationHosts,
    readonly limits: RateLimits,
    readonly quota: Quota,
    readonly installation: Installation,
    readonly config: GatewayConfig,
    readonly log: Log,
    readonly requestLog: RequestLog,
    readonly status: PlatformStatusLoop,
    readonly refused: NoteRefused,
  ) {}
}
