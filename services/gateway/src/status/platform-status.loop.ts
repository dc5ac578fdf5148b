import { Injectable } from '@nestjs/common';
import { serviceStates } from '@tidegate/contracts/kernel/service-state';
import {
  COMPONENTS,
  type Component,
  type ComponentDay,
  type ComponentState,
  type Incident,
  noteStates,
  READ_INCIDENTS,
  readStatus,
  WATCH_GAP_SECONDS,
} from '@tidegate/contracts/notifier/incidents';
import { Bus } from '@tidegate/messaging/bus';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { follow, isCalm, type Known, SERVICE_OF } from './states.rules.ts';

const STATES = 'platform-status';
/** While all is well nobody looks more often; what happens wakes us. */
const EVERY_MS = 30_000;
/** While something is not, or may not be. */
const SOON_MS = 5_000;
/** How often it is noted that somebody looks, at the least. */
const WATCH_MS = 120_000;
/** Of an outage nothing is lost that is shorter than this many changes. */
const MOST_UNSENT = 500;

export interface PlatformStatus {
  state: ComponentState;
  components: { name: Component; state: ComponentState; since: string }[];
  incidents: Incident[];
  days: ComponentDay[];
  /** Absent: from an older notifier, or not asked yet. */
  recordedSince?: string | null | undefined;
  updatedAt: string;
}

/**
 * What is known of the platform, in memory: the page is answered from here, also while no service answers. What changed is
 * noted by the notifier for the history, later if it is away. Incidents are read by a loop of their own, because a
 * service that hangs must not delay what the operator says about it.
 */
@Injectable()
export class PlatformStatusLoop {
  private readonly known = new Map<Component, Known>();
  private unsent: { component: Component; state: ComponentState; since: string }[] = [];
  private incidents: Incident[] = [];
  private days: ComponentDay[] = [];
  private recordedSince: string | null | undefined;
  private askedAt = 0;
  private watchedFrom = 0;
  private notedAt = Number.NEGATIVE_INFINITY;
  private shown = this.make();

  constructor(
    private readonly bus: Bus,
    wakes: Wakes,
  ) {
    // Customers notice first. It is asked soon anyway if it was asked just now.
    bus.onUnanswered(() => {
      if (Date.now() - this.askedAt > SOON_MS) wakes.rouse(STATES);
    });
  }

  @Loop({ name: STATES, everyMs: EVERY_MS })
  async turn(): Promise<TurnResult> {
    this.beginAfterPause();
    this.askedAt = Date.now();
    await Promise.all(COMPONENTS.map((component) => this.ask(component)));
    this.askedAt = Date.now();
    this.shown = this.make();
    const isSent = await this.note();
    if (!isSent || ![...this.known.values()].every(isCalm)) return SOON_MS;
  }

  /** Woken by the notifier when an operator wrote something, and after each time without the bus. */
  @Loop({ name: READ_INCIDENTS, everyMs: EVERY_MS })
  async read(): Promise<TurnResult> {
    const answer = await this.bus.call(readStatus, {}).catch(() => undefined);
    // The page shows the last that is known, and that the notifier is away.
    if (!answer) return SOON_MS;
    this.incidents = answer.incidents;
    this.days = answer.days;
    this.recordedSince = answer.recordedSince;
    this.shown = this.make();
  }

  /** The same object until something is new. */
  current(): PlatformStatus {
    return this.shown;
  }

  private make(): PlatformStatus {
    const updatedAt = new Date().toISOString();
    const components = COMPONENTS.map((name) => {
      const { state, since } = this.known.get(name) ?? { state: 'operational' as const, since: Date.now() };
      return { name, state, since: new Date(since).toISOString() };
    });
    const worst = (['down', 'degraded'] as const).find((one) => components.some(({ state }) => state === one));
    const { incidents, days, recordedSince } = this;
    return { state: worst ?? 'operational', components, incidents, days, recordedSince, updatedAt };
  }

  /** After a pause of this process, as of a machine that was suspended, it is noted from when on it looks, and what it sees. */
  private beginAfterPause(): void {
    const now = Date.now();
    if (now - this.askedAt <= WATCH_GAP_SECONDS * 1_000) return;
    this.watchedFrom = now;
    this.notedAt = Number.NEGATIVE_INFINITY;
    this.known.clear();
  }

  private async ask(component: Component): Promise<void> {
    const said = await this.bus.call(serviceStates[SERVICE_OF[component]], {}).catch(() => null);
    const before = this.known.get(component);
    const known = follow(before, said, Date.now());
    this.known.set(component, known);
    const isNew = before ? known.state !== before.state : said !== null;
    if (!isNew) return;
    this.unsent.push({ component, state: known.state, since: new Date(known.since).toISOString() });
    this.unsent = this.unsent.slice(-MOST_UNSENT);
  }

  /** Whether nothing is left to tell; what is, is sent with the next turn. */
  private async note(): Promise<boolean> {
    const sent = this.unsent;
    if (sent.length === 0 && performance.now() - this.notedAt < WATCH_MS) return true;
    const watchedFrom = new Date(this.watchedFrom).toISOString();
    const isNoted = await this.bus.call(noteStates, { changes: sent, watchedFrom }).then(
      () => true,
      () => false,
    );
    if (!isNoted) return false;
    this.unsent = this.unsent.filter((one) => !sent.includes(one));
    this.notedAt = performance.now();
    return true;
  }
}
