const newName = (): string => crypto.randomUUID().slice(0, 8);

/** As it is sent: `about` names the thing, of several messages about one within a quarter of a second the last is sent. */
export interface Message {
  topic: string;
  text: string;
  about: string;
}

export interface Numbered {
  id: string;
  topic: string;
  text: string;
}

const REST_MS = 250;
const KEPT_MS = 60_000;
const KEPT = 1_000;
const KEPT_CHARACTERS = 256 * 1024;

/**
 * The messages of one organisation, numbered, and the newest of them kept: whoever says which was the last gets those after it, each once. A
 * number begins with the name of the feed, so that those of another gateway, or of before a restart, are not taken for ours.
 */
export class Feed {
  private name = newName();
  private readonly kept: (Numbered & { at: number })[] = [];
  private characters = 0;
  /** The number of the newest. */
  private last = 0;
  private readonly sentAt = new Map<string, number>();
  private readonly waiting = new Map<string, Message>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly send: (message: Numbered) => void) {}

  take(message: Message, now = performance.now()): void {
    const { about } = message;
    const again = (this.sentAt.get(about) ?? Number.NEGATIVE_INFINITY) + REST_MS;
    if (again <= now) this.pass(message, now);
    else {
      // The newest takes the place at the end: order is that of what is sent.
      this.waiting.delete(about);
      this.waiting.set(about, message);
      this.timer ??= setTimeout(() => this.flush(), again - now).unref();
    }
  }

  /** Of the newest message: who has this one has missed nothing. */
  get position(): string {
    return `${this.name}-${this.last}`;
  }

  /** What was sent after it; undefined when that is not known any more. */
  after(id: string, now = performance.now()): Numbered[] | undefined {
    this.evict(now);
    const [, name, digits] = /^(\w{8})-(\d{1,15})$/.exec(id) ?? [];
    const number = Number(digits);
    const missing = this.last - number;
    if (name !== this.name || missing < 0 || missing > this.kept.length) return undefined;
    return missing === 0 ? [] : this.kept.slice(-missing);
  }

  /** Something is missing: nobody goes on after what they have. */
  evictAll(): void {
    this.name = newName();
    this.kept.length = 0;
    this.characters = 0;
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private flush(now = performance.now()): void {
    this.timer = undefined;
    const due = [...this.waiting.values()];
    this.waiting.clear();
    for (const message of due) this.pass(message, now);
    for (const [about, at] of this.sentAt) if (at + REST_MS <= now) this.sentAt.delete(about);
  }

  private pass({ topic, text, about }: Message, now: number): void {
    if (this.sentAt.size > KEPT) this.sentAt.clear();
    this.sentAt.set(about, now);
    this.last += 1;
    const message = { id: this.position, topic, text };
    this.kept.push({ ...message, at: now });
    this.characters += text.length;
    this.evict(now);
    this.send(message);
  }

  private evict(now: number): void {
    while (
      this.kept[0] &&
      (this.kept.length > KEPT || this.characters > KEPT_CHARACTERS || this.kept[0].at < now - KEPT_MS)
    ) {
      this.characters -= this.kept[0].text.length;
      this.kept.shift();
    }
  }
}
