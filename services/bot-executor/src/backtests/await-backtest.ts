import { Injectable } from '@nestjs/common';
import type { Backtest } from '@tidegate/contracts/bot-executor/backtests';
import { orNotFound } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Wakes } from '@tidegate/runtime/wakes';
import { endedTopic } from '../queue/queue-runner.ts';
import { findBacktest, toWire } from './backtest.rows.ts';

/** A safety net: wakes may be lost. */
const POLL_MS = 2_000;
/** Requests that wait at the same time: of a person, and in all. Others are answered at once, as queued. */
const MOST_OF_A_PERSON = 4;
const MOST = 200;

/** Lets a request wait for the end of its backtest, whichever replica runs it, without holding a connection. */
@Injectable()
export class AwaitBacktest {
  /** How long a request waits before it is answered with the backtest as it is then. */
  waitMs = 10_000;
  private readonly ofPerson = new Map<string, number>();
  private inAll = 0;
  private ended = Promise.withResolvers<void>();

  constructor(
    private readonly tenants: TenantDatabase,
    wakes: Wakes,
  ) {
    wakes.on(endedTopic('backtest'), () => {
      this.ended.resolve();
      this.ended = Promise.withResolvers();
    });
  }

  async answer(orgId: string, id: string, person: string): Promise<Backtest> {
    const read = async () => toWire(orNotFound(await this.tenants.read(orgId, (tx) => findBacktest(tx, id))));
    const mine = this.ofPerson.get(person) ?? 0;
    if (mine >= MOST_OF_A_PERSON || this.inAll >= MOST) return read();
    this.count(person, 1);
    try {
      const until = performance.now() + this.waitMs;
      for (;;) {
        const { ended } = this;
        const backtest = await read();
        const left = until - performance.now();
        if (!UNDER_WAY.has(backtest.status) || left <= 0) return backtest;
        await within(ended.promise, Math.min(left, POLL_MS));
      }
    } finally {
      this.count(person, -1);
    }
  }

  private count(person: string, change: number): void {
    const now = (this.ofPerson.get(person) ?? 0) + change;
    if (now === 0) this.ofPerson.delete(person);
    else this.ofPerson.set(person, now);
    this.inAll += change;
  }
}

const UNDER_WAY = new Set(['queued', 'running']);

async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
