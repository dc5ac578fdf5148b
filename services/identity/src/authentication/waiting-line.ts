import { Turns } from '@tidegate/runtime/turns';

/** Whose work it is: of which network, and there for which account. */
export interface Whose {
  network: string;
  account: string;
}

interface Waiting<Item> extends Whose {
  item: Item;
}

/**
 * Who waits for the same thing: one of each network in turn, and of a network one of each account in turn. So neither many
 * tries for one account nor many accounts of one network keep others waiting.
 */
export class WaitingLine<Item> {
  /** A network that was served goes to the end. */
  private readonly networks = new Map<string, Turns<Waiting<Item>>>();
  private readonly waiting = new Set<Waiting<Item>>();

  constructor(private readonly most: number) {}

  /**
   * Who gets no place: when all are taken, the last one of whoever has more of them than this one would have, and otherwise
   * this one itself.
   */
  add(whose: Whose, item: Item): Item | undefined {
    const full = this.waiting.size >= this.most;
    const gone = full ? this.leastEntitled(whose) : undefined;
    if (full && !gone) return item;
    if (gone) this.remove(gone);
    const waiting = { network: whose.network, account: whose.account, item };
    const turns = this.networks.get(whose.network) ?? new Turns();
    this.networks.set(whose.network, turns);
    turns.add(whose.account, waiting);
    this.waiting.add(waiting);
    return gone?.item;
  }

  take(): Item | undefined {
    for (const [network, turns] of this.networks) {
      const next = turns.take() as Waiting<Item>;
      this.networks.delete(network);
      if (turns.size > 0) this.networks.set(network, turns);
      this.waiting.delete(next);
      return next.item;
    }
    return undefined;
  }

  private remove(waiting: Waiting<Item>): void {
    const turns = this.networks.get(waiting.network);
    turns?.remove(waiting.account, waiting);
    if (turns?.size === 0) this.networks.delete(waiting.network);
    this.waiting.delete(waiting);
  }

  /** Of the network with most places, and there of the account with most. */
  private leastEntitled({ network, account }: Whose): Waiting<Item> | undefined {
    const networks = Map.groupBy(this.waiting, (one) => one.network);
    const own = networks.get(network) ?? [];
    const crowd = largest(networks);
    const isElsewhere = crowd.length > own.length + 1;
    const accounts = Map.groupBy(isElsewhere ? crowd : own, (one) => one.account);
    const most = largest(accounts);
    const wouldHave = isElsewhere ? 0 : (accounts.get(account)?.length ?? 0) + 1;
    return most.length > wouldHave ? most.at(-1) : undefined;
  }
}

const largest = <One>(groups: Map<string, One[]>): One[] =>
  [...groups.values()].reduce((most, one) => (one.length > most.length ? one : most), []);
