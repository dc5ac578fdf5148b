import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';

/*
 * Who of a service is there. Replicas share requests as one queue group, and nats-server keeps a member whose machine died,
 * or whose connection a firewall forgot, until it finds that out: one before 2.10 as late as TCP does, a quarter of an hour
 * later. Meanwhile it is handed its share of the requests, and nobody answers them. So a caller who was not answered asks
 * who is there, and sends to one of those by turns for as long as such a member may live.
 */
const ANSWER_MS = 300;
const ASK_AGAIN_MS = 3_000;
const DEAD_LIVE_MS = 15 * 60_000;

/** Before the names of a service's operations. */
export const operationPrefix = (service: ServiceName): string => `rpc.${service}.`;
/** Of what is not for the queue group. */
export const membersPrefix = (service: ServiceName): string => `${operationPrefix(service)}@`;
export const whoSubject = (service: ServiceName): string => `${membersPrefix(service)}who`;
/** Before the names of operations in what is sent to one member. */
export const memberPrefix = (service: ServiceName, member: string): string => `${membersPrefix(service)}${member}.`;

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

  /** Where a request for this subject of the service goes next. */
  subjectFor(service: ServiceName, subject: string): string {
    const known = this.known.get(service);
    if (!known) return subject;
    const now = performance.now();
    if (now > known.until) {
      this.known.delete(service);
      return subject;
    }
    if (now > known.askedAt + ASK_AGAIN_MS) void this.find(service, known);
    const member = known.members[known.turn++ % known.members.length];
    return member === undefined
      ? subject
      : memberPrefix(service, member) + subject.slice(operationPrefix(service).length);
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
    const members: string[] = [];
    const end = this.ask(service, (member) => members.push(member));
    await pause(ANSWER_MS, undefined, { ref: false });
    end();
    return members;
  }
}
