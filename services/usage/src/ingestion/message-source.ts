import { setImmediate } from 'node:timers/promises';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';

/**
 * The consumer's messages, with the question whether one more is here already. (The client's own `getPending` counts
 * pull requests as messages: a batch that trusts it waits for a message that nobody sent.)
 */
export class MessageSource {
  private readonly incoming: ConsumerMessages;
  private readonly iterator: AsyncIterator<JsMsg>;
  private upcoming!: Promise<IteratorResult<JsMsg>>;
  private here = false;

  constructor(incoming: ConsumerMessages) {
    this.incoming = incoming;
    this.iterator = incoming[Symbol.asyncIterator]();
    this.advance();
  }

  /** The next message, waited for; undefined when the consumer was stopped. */
  async next(): Promise<JsMsg | undefined> {
    const { done, value } = await this.upcoming;
    if (done) return undefined;
    this.advance();
    return value;
  }

  /** A buffered message needs a few microtasks to come through the iterator; one read from the socket now, a turn. */
  async hasMore(): Promise<boolean> {
    for (let tick = 0; tick < 8 && !this.here; tick += 1) await undefined;
    if (!this.here) await setImmediate();
    return this.here;
  }

  stop(): void {
    this.incoming.stop();
  }

  /** What is buffered and was not looked at goes to another replica at once, not after the acknowledgement time. */
  async giveBack(): Promise<void> {
    this.incoming.stop();
    for (;;) {
      const message = await this.next().catch(() => undefined);
      if (!message) break;
      message.nak();
    }
    await this.incoming.close();
  }

  private advance(): void {
    this.here = false;
    const settled = () => {
      this.here = true;
    };
    this.upcoming = this.iterator.next();
    this.upcoming.then(settled, settled);
  }
}
