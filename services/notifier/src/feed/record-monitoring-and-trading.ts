import { Controller } from '@nestjs/common';
import { botCreated, botDeleted, botStarted, botStopped, botWasHalted } from '@tidegate/contracts/bot-executor/bots';
import { tradeClosed } from '@tidegate/contracts/bot-executor/trades';
import type { Event } from '@tidegate/contracts/kernel/event';
import {
  serverAdded,
  serverReachable,
  serverRemoved,
  serverUnreachable,
} from '@tidegate/contracts/monitor-agent/server';
import { findingFound, findingSolved, IndexFindingKind } from '@tidegate/contracts/monitor-agent/server-list';
import type { HappeningDetail, HappeningKind } from '@tidegate/contracts/notifier/feed';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { RecordHappening } from './record-happening.ts';

/** What servers and bots emit, for the feed. Averaging orders are no entry: the trade's page has them. */
@Controller()
export class RecordMonitoringAndTrading {
  constructor(private readonly feed: RecordHappening) {}

  @On(serverAdded)
  serverAdded(context: EventContext<typeof serverAdded>): Promise<void> {
    return this.server(context, 'server.added');
  }

  @On(serverRemoved)
  serverRemoved(context: EventContext<typeof serverRemoved>): Promise<void> {
    return this.server(context, 'server.removed');
  }

  @On(serverUnreachable)
  serverUnreachable(context: EventContext<typeof serverUnreachable>): Promise<void> {
    return this.server(context, 'server.unreachable', { code: context.data.code });
  }

  @On(serverReachable)
  serverReachable(context: EventContext<typeof serverReachable>): Promise<void> {
    return this.server(context, 'server.reachable', { seconds: context.data.unreachableSeconds });
  }

  @On(findingFound)
  findingFound({ data, event, tx }: EventContext<typeof findingFound>): Promise<void> {
    const { serverId: thingId, name, kind: code, value, index } = data;
    const detail = { code, ...(isAboutIndexes(code) && { indexes: value }), ...(index !== undefined && { index }) };
    return this.feed.record(tx, event, { kind: 'finding.found', thingId, name, detail, apart: code });
  }

  @On(findingSolved)
  findingSolved({ data, event, tx }: EventContext<typeof findingSolved>): Promise<void> {
    const { serverId: thingId, name, kind: code, seconds, value } = data;
    const detail = { code, ...(seconds !== undefined && { seconds }), ...(value !== undefined && { indexes: value }) };
    return this.feed.record(tx, event, { kind: 'finding.solved', thingId, name, detail, apart: code });
  }

  @On(botCreated)
  botCreated(context: EventContext<typeof botCreated>): Promise<void> {
    return this.bot(context, 'bot.created');
  }

  @On(botStarted)
  botStarted(context: EventContext<typeof botStarted>): Promise<void> {
    return this.bot(context, 'bot.started');
  }

  @On(botStopped)
  botStopped(context: EventContext<typeof botStopped>): Promise<void> {
    return this.bot(context, 'bot.stopped');
  }

  @On(botWasHalted)
  botHalted(context: EventContext<typeof botWasHalted>): Promise<void> {
    return this.bot(context, 'bot.halted', { code: context.data.halted.reason });
  }

  @On(botDeleted)
  botDeleted(context: EventContext<typeof botDeleted>): Promise<void> {
    return this.bot(context, 'bot.deleted');
  }

  /** Of one bot and hour a single entry with the sum: some bots close a trade each second. */
  @On(tradeClosed)
  tradeClosed({ data, event, tx }: EventContext<typeof tradeClosed>): Promise<void> {
    const { botId: thingId, botName: name, profit: amount, currency } = data;
    return this.feed.record(tx, event, { kind: 'trade.closed', thingId, name, amount, currency });
  }

  private server(
    { data: { serverId: thingId, name }, event, tx }: Of<{ serverId: string; name: string }>,
    kind: HappeningKind,
    detail?: HappeningDetail,
  ): Promise<void> {
    return this.feed.record(tx, event, { kind, thingId, name, ...(detail && { detail }) });
  }

  private bot(
    { data: { botId: thingId, name }, event, tx }: Of<{ botId: string; name: string }>,
    kind: HappeningKind,
    detail?: HappeningDetail,
  ): Promise<void> {
    return this.feed.record(tx, event, { kind, thingId, name, ...(detail && { detail }) });
  }
}

const isAboutIndexes = (kind: string): boolean => IndexFindingKind.safeParse(kind).success;

type Of<D> = Pick<EventContext<Event>, 'event' | 'tx'> & { data: D };
