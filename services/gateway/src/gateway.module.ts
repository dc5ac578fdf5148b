import type { NatsConnection } from '@nats-io/nats-core';
import { Module } from '@nestjs/common';
import { EventTail } from '@tidegate/messaging/event-tail';
import { LiveTopics } from '@tidegate/messaging/live-topics';
import { UsagePublisher } from '@tidegate/messaging/usage-publisher';
import { NATS } from '@tidegate/runtime/host';
import { Access } from './access/access.ts';
import { AccessTokens } from './access/access-tokens.ts';
import { ApiKeys } from './access/api-keys.ts';
import { Memberships } from './access/memberships.ts';
import { OrganisationHosts } from './access/organisation-hosts.ts';
import { Revocations } from './access/revocations.ts';
import { SessionCookies } from './access/session-cookies.ts';
import { Verifier } from './access/verifier.ts';
import { Admission } from './http/admission.ts';
import { EdgeParts } from './http/edge-parts.ts';
import { HttpEdge } from './http/http-edge.ts';
import { Installation } from './http/installation.ts';
import { NoteRefused } from './http/note-refused.ts';
import { RequestLog } from './http/request-log.ts';
import { CallJournal } from './limits/call-journal.ts';
import { FollowPlans } from './limits/follow-plans.ts';
import { Quota } from './limits/quota.ts';
import { RateLimits } from './limits/rate-limits.ts';
import { RecoverCalls } from './limits/recover-calls.loop.ts';
import { SharedWindows } from './limits/shared-windows.ts';
import { UsageReports } from './limits/usage-reports.ts';
import { StreamLive } from './live/stream-live.ts';
import { PlatformStatusLoop } from './status/platform-status.loop.ts';

/** What the gateway uses of the bus besides operations: it has no database, and so no outbox, inbox or consumer. */
const onBus = [EventTail, LiveTopics, UsagePublisher].map((part) => ({
  provide: part,
  useFactory: (nc: NatsConnection) => new part(nc),
  inject: [NATS],
}));

@Module({
  providers: [
    ...onBus,
    Revocations,
    SessionCookies,
    SharedWindows,
    RateLimits,
    OrganisationHosts,
    AccessTokens,
    ApiKeys,
    Verifier,
    Access,
    Memberships,
    CallJournal,
    UsageReports,
    RecoverCalls,
    Quota,
    FollowPlans,
    StreamLive,
    Admission,
    Installation,
    RequestLog,
    PlatformStatusLoop,
    NoteRefused,
    EdgeParts,
    HttpEdge,
  ],
})
export class GatewayModule {}
