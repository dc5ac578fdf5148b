import type { Event } from '@tidegate/contracts/kernel/event';
import type { Live } from '@tidegate/contracts/kernel/live';
import { liveTopics } from '@tidegate/contracts/kernel/registry';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';

type Said = { topic: string; text: string };

/**
 * Events of a service that are told on a live topic as well, as its contract says. The contracts are looked up with the first
 * event: by then the service has loaded its own.
 */
export class LiveEvents {
  private readonly service: string;
  private known: ReadonlyMap<string, readonly [Live, (data: unknown) => unknown]> | undefined;

  constructor(service: ServiceName | (string & {})) {
    this.service = service;
  }

  /** What is published of an event that was sent; undefined for most. */
  of(subject: Event['subject'], body: string): Said | undefined {
    const [live, say] = this.follows().get(subject) ?? [];
    return live && say && { topic: live.topic, text: JSON.stringify(say(JSON.parse(body))) };
  }

  private follows() {
    this.known ??= new Map(
      liveTopics()
        .filter(({ service }) => service === this.service)
        .flatMap((live) =>
          live.follows.map(({ event, say }) => [event.subject, [live, say as (data: unknown) => unknown]] as const),
        ),
    );
    return this.known;
  }
}
