import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';

/*
 * Who of a service is there. Replicas share requests as one queue group, and nats-server keeps a member whose machine died,
 * or whose connection a firewall forgot, until it finds that out: one before 2.10 as late as TCP does, a quarter of an hour
 * later. Meanwhile it is handed its share of the requests, and nobody answers them. So a caller who was not answered asks
 * who is there, and sends to one of those by turns for as long as such a member may live.
 */
/** How long others may answer after the first, and how long somebody may: a link may be slow, a member about to come back. */
const OTHERS_MS = 300;
const SOMEBODY_MS = 3_000;
const EACH_MS = 500;
const ASK_AGAIN_MS = 3_000;
const DEAD_LIVE_MS = 15 * 60_000;

/** Before the names of a service's operations. */
export const operationPrefix = (service: ServiceName): string => `rpc.${service}.`;
/** Of what is not for the queue group. */
export const membersPrefix = (service: ServiceName): string => `${operationPrefix(service)}@`;
export const whoSubject = (service: ServiceName): string => `${membersPrefix(service)}who`;
/** Before the names of operations in what is sent to one member. */
export const memberPrefix = (service: ServiceName, member: string): string => `${membersPrefix(service)}${member}.`;

/** `member`: as one of those that answered, undefined for the queue group. */
export const subjectFor = (service: ServiceName, subject: string, member: string | undefined): string =>
  member === undefined ? subject : memberPrefix(service, member) + subject.slice(operationPrefix(service).length);

interface Known {
  members: readonly string[];
  turn: number;
  until: number;
  askedAt: number;
  asking: Promise<void> | undefined;
}

export class Members {
  private readonly known = new Map<ServiceName, Known>();
  private readonly ask: (service: ServiceName, answered: (member: string) => void) => () => void;

  /** `ask` calls back for each member that answers until the function that it returns is called. */
  constructor(ask: Members['ask']) {
    this.ask = ask;
  }

  /** A call was not answered. Resolves when it is known who is there. */
  suspect(service: ServiceName): Promise<void> {
    const known = this.known.get(service) ?? { members: [], turn: 0, until: 0, askedAt: 0, asking: undefined };
    this.known.set(service, known);
    known.until = performance.now() + DEAD_LIVE_MS;
    return this.find(service, known);
  }

  /** Who gets the next request for the service; undefined: whoever the server draws. */
  next(service: ServiceName): string | undefined {
    const known = this.known.get(service);
    if (!known) return undefined;
    const now = performance.now();
    if (now > known.until) {
      this.known.delete(service);
      return undefined;
    }
    if (now > known.askedAt + ASK_AGAIN_MS) void this.find(service, known);
    return known.members[known.turn++ % known.members.length];
  }

  /** Whether anybody answered when it was last asked who is there. */
  isAnybodyThere(service: ServiceName): boolean {
    return (this.known.get(service)?.members.length ?? 0) > 0;
  }

  /** Whether this one answered when it was last asked who is there. */
  isThere(service: ServiceName, member: string): boolean {
    return this.known.get(service)?.members.includes(member) ?? false;
  }

  /** The server knows that nobody of that name is there any more. */
  evict(service: ServiceName, member: string): void {
    const known = this.known.get(service);
    if (known) known.members = known.members.filter((one) => one !== member);
  }

  private find(service: ServiceName, known: Known): Promise<void> {
    known.askedAt = performance.now();
    known.asking ??= this.answers(service).then((members) => {
      known.members = members;
      known.asking = undefined;
    });
    return known.asking;
  }

  private async answers(service: ServiceName): Promise<string[]> {
    const members = new Set<string>();
    const first = Promise.withResolvers<void>();
    const ends: (() => void)[] = [];
    const note = (member: string) => {
      members.add(member);
      first.resolve();
    };
    for (let waited = 0; waited < SOMEBODY_MS && members.size === 0; waited += EACH_MS) {
      ends.push(this.ask(service, note));
      await Promise.race([first.promise, pause(EACH_MS, undefined, { ref: false })]);
    }
    if (members.size > 0) await pause(OTHERS_MS, undefined, { ref: false });
    for (const end of ends) end();
    return [...members];
  }
}
