import { Injectable } from '@nestjs/common';
import type { Backtest } from '@tidegate/contracts/bot-executor/backtests';
import { orNotFound } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Wakes } from '@tidegate/runtime/wakes';
import { endedTopic } from '../queue/queue-runner.ts';
import { findBacktest, toWire } from './backtest.rows.ts';

/** Wakes may be lost. */
const POLL_MS = 2_000;
/** Requests that wait at a time: of a person, and in all. The others are answered at once as queued. */
const MOST_OF_A_PERSON = 4;
const MOST = 200;

/** Lets a request wait for the end of its backtest, whichever replica runs it. No connection is held meanwhile. */
@Injectable()
export class AwaitBacktest {
  /** How long a request waits for its backtest before it is answered as it is then. */
  waitMs = 10_000;
  private readonly waiting = new Map<string, number>();
  private inAll = 0;
  private news = Promise.withResolvers<void>();

  constructor(
    private readonly tenants: TenantDatabase,
    wakes: Wakes,
  ) {
    wakes.on(endedTopic('backtest'), () => {
      this.news.resolve();
      this.news = Promise.withResolvers();
    });
  }

  async answer(orgId: string, id: string, person: string): Promise<Backtest> {
    const read = async () => toWire(orNotFound(await this.tenants.read(orgId, (tx) => findBacktest(tx, id))));
    const mine = this.waiting.get(person) ?? 0;
    if (mine >= MOST_OF_A_PERSON || this.inAll >= MOST) return read();
    this.note(person, 1);
    try {
      const until = Date.now() + this.waitMs;
      for (;;) {
        const { news } = this;
        const backtest = await read();
        const left = until - Date.now();
        if (!UNDER_WAY.has(backtest.status) || left <= 0) return backtest;
        await within(news.promise, Math.min(left, POLL_MS));
      }
    } finally {
      this.note(person, -1);
    }
  }

  private note(person: string, change: number): void {
    const now = (this.waiting.get(person) ?? 0) + change;
    if (now === 0) this.waiting.delete(person);
    else this.waiting.set(person, now);
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
