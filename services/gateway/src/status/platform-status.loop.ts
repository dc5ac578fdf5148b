import { Injectable } from '@nestjs/common';
import { serviceStates } from '@tidegate/contracts/kernel/service-state';
import {
  COMPONENTS,
  type Component,
  type ComponentDay,
  type ComponentState,
  type Incident,
  noteStates,
  readStatus,
} from '@tidegate/contracts/notifier/incidents';
import { Bus } from '@tidegate/messaging/bus';
import { Loop } from '@tidegate/runtime/loop';
import { judge, SERVICE_OF } from './states.rules.ts';

/** Half a minute: that long a state or an incident may be unknown to the page. */
const EVERY_MS = 30_000;
/** Of an outage nothing is lost that is shorter than this many changes. */
const MOST_UNSENT = 500;

export interface PlatformStatus {
  state: ComponentState;
  components: { name: Component; state: ComponentState; since: string }[];
  incidents: Incident[];
  days: ComponentDay[];
  updatedAt: string;
}

/**
 * What is known of the platform, in memory: the page is answered from here, also while no service answers. What changed is
 * noted by the notifier for the history, later if it is away.
 */
@Injectable()
export class PlatformStatusLoop {
  private readonly known = new Map<Component, { state: ComponentState; since: string; misses: number }>();
  private unsent: { component: Component; state: ComponentState; since: string }[] = [];
  private incidents: Incident[] = [];
  private days: ComponentDay[] = [];
  private updatedAt = new Date().toISOString();

  constructor(private readonly bus: Bus) {}

  @Loop({ name: 'platform-status', everyMs: EVERY_MS })
  async turn(): Promise<void> {
    await Promise.all(COMPONENTS.map((component) => this.ask(component)));
    this.updatedAt = new Date().toISOString();
    await this.exchange();
  }

  current(): PlatformStatus {
    const components = COMPONENTS.map((name) => {
      const { state, since } = this.known.get(name) ?? { state: 'operational' as const, since: this.updatedAt };
      return { name, state, since };
    });
    const worst = (['down', 'degraded'] as const).find((one) => components.some(({ state }) => state === one));
    return {
      state: worst ?? 'operational',
      components,
      incidents: this.incidents,
      days: this.days,
      updatedAt: this.updatedAt,
    };
  }

  private async ask(component: Component): Promise<void> {
    const said = await this.bus.call(serviceStates[SERVICE_OF[component]], {}).catch(() => null);
    const before = this.known.get(component);
    const misses = said ? 0 : (before?.misses ?? 0) + 1;
    const state = judge(said, misses);
    const now = new Date().toISOString();
    if (state && state !== before?.state) {
      this.unsent.push({ component, state, since: now });
      this.unsent = this.unsent.slice(-MOST_UNSENT);
      this.known.set(component, { state, since: now, misses });
    } else if (before) before.misses = misses;
    else this.known.set(component, { state: 'operational', since: now, misses });
  }

  private async exchange(): Promise<void> {
    try {
      if (this.unsent.length > 0) {
        const sent = this.unsent;
        await this.bus.call(noteStates, { changes: sent });
        this.unsent = this.unsent.filter((one) => !sent.includes(one));
      }
      const { incidents, days } = await this.bus.call(readStatus, {});
      this.incidents = incidents;
      this.days = days;
    } catch {
      // The page shows the last that is known, and that the notifier is away; what changed is sent with the next turn.
    }
  }
}
