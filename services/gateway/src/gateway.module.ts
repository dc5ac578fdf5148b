import { Module } from '@nestjs/common';
import { Access } from './access/access.ts';
import { Revocations } from './access/revocations.ts';
import { SessionCookies } from './access/session-cookies.ts';
import { EdgeParts } from './http/edge-parts.ts';
import { HttpEdge } from './http/http-edge.ts';
import { Quota } from './limits/quota.ts';
import { RateLimits } from './limits/rate-limits.ts';
import { StreamLive } from './live/stream-live.ts';

@Module({ providers: [Revocations, SessionCookies, Access, RateLimits, Quota, StreamLive, EdgeParts, HttpEdge] })
export class GatewayModule {}
