import { Injectable } from '@nestjs/common';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { Access } from '../access/access.ts';
import { SessionCookies } from '../access/session-cookies.ts';
import { GatewayConfig } from '../gateway.config.ts';
import { Quota } from '../limits/quota.ts';
import { RateLimits } from '../limits/rate-limits.ts';

/** What a mounted operation needs, gathered so that nobody depends on all of it by accident. */
@Injectable()
export class EdgeParts {
  constructor(
    readonly bus: Bus,
    readonly access: Access,
    readonly cookies: SessionCookies,
    readonly rateLimits: RateLimits,
    readonly quota: Quota,
    readonly config: GatewayConfig,
    readonly log: Log,
    readonly metrics: Metrics,
  ) {}
}
