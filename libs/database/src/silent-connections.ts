import { silence, WatchedClient, type WatchedConfig } from './watched-client.ts';

/*
 * A connection that was dropped silently (failover, NAT, a firewall) observed like a slow query for a quarter of an hour.
 * Looking at a clock cannot tell them apart, the server can. So of a query that has heard nothing for a while the
 * server is asked over a new connection: is that process still at work?
 *
 *   heard something, or nothing asked   → fine
 *   silent for `silenceMs`              → ask; at work → slow, and the server's own statement_timeout ends it
 *   not at work, twice                  → dead: closed here, and ended there, so that its locks are free at once
 *   silent, and nobody can be asked     → waited for as long as a statement may take, then closed
 *
 * Once one is dead, those that rest in the pool are closed too and the others are asked about at once for a while.
 */
export interface SilenceLimits {
  silenceMs: number;
  statementMs: number;
}

interface Observation {
  asked: object | null;
  moved: string;
  quiet: number;
  idle: number;
}

const ALARM_MS = 30_000;
const GRACE_MS = 5_000;

export class SilentConnections {
  private readonly observed = new Map<WatchedClient, Observation>();
  private readonly lent = new Set<WatchedClient>();
  private readonly config: WatchedConfig;
  private readonly limits: SilenceLimits;
  private readonly everyMs: number;
  /** Runs while a connection is in use: idle ones have no query that could be lost. */
  private timer: NodeJS.Timeout | undefined;
  private readonly tick: () => void;
  private readonly dropped: () => void;
  private alarmTurns = 0;
  private asking = false;

  constructor(config: WatchedConfig, limits: SilenceLimits, events: { tick: () => void; dropped: () => void }) {
    this.config = config;
    this.limits = limits;
    this.tick = events.tick;
    this.dropped = events.dropped;
    this.everyMs = Math.max(50, Math.min(1_000, limits.silenceMs / 3));
  }

  acquired(client: WatchedClient): void {
    this.lent.add(client);
    this.timer ??= setInterval(() => this.turn(), this.everyMs).unref();
    if (this.observed.has(client)) return;
    this.observed.set(client, { asked: null, moved: '', quiet: 0, idle: 0 });
    client.once('end', () => {
      this.observed.delete(client);
      this.lent.delete(client);
    });
  }

  get lentOut(): number {
    return this.lent.size;
  }

  released(client: WatchedClient): void {
    this.lent.delete(client);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** For the end of the pool: it does not wait for a goodbye that is never answered. */
  destroyAll(): void {
    for (const client of this.observed.keys()) client.destroy(silence('The pool is closed.'));
  }

  /** Turns are counted, not milliseconds: while the event loop was busy nothing was read. */
  private turn(): void {
    this.tick();
    const quiet: WatchedClient[] = [];
    for (const [client, seen] of this.observed) {
      const { asked, moved } = client;
      const waits = asked !== null && asked === seen.asked && moved === seen.moved;
      seen.quiet = waits ? seen.quiet + 1 : 0;
      if (!waits) seen.idle = 0;
      seen.asked = asked;
      seen.moved = moved;
      if (waits) quiet.push(client);
    }
    if (this.lent.size === 0 && this.alarmTurns === 0) {
      this.stop();
      return;
    }
    if (this.alarmTurns > 0) this.alarmTurns -= 1;
    const patience = this.alarmTurns > 0 ? 1 : this.limits.silenceMs / this.everyMs;
    if (this.asking || !quiet.some((client) => (this.observed.get(client)?.quiet ?? 0) >= patience)) return;
    this.asking = true;
    void this.judge(quiet).finally(() => {
      this.asking = false;
    });
  }

  private async judge(quiet: WatchedClient[]): Promise<void> {
    const atWork = await this.askServer(quiet).catch(() => undefined);
    for (const client of quiet) {
      const seen = this.observed.get(client);
      // It was answered while we asked the server.
      if (!seen || client.asked !== seen.asked || client.moved !== seen.moved) continue;
      if (atWork?.has(client.pid ?? 0)) seen.idle = 0;
      else if (atWork) seen.idle += 1;
      else if (seen.quiet * this.everyMs > this.limits.statementMs + GRACE_MS) seen.idle = 2;
      if (seen.idle < 2) continue;
      client.destroy(silence('The server no longer runs the query: the connection was dropped on its way.'));
      this.raiseAlarm();
    }
  }

  private raiseAlarm(): void {
    if (this.alarmTurns === 0) this.dropped();
    this.alarmTurns = ALARM_MS / this.everyMs;
    for (const client of this.observed.keys()) {
      if (!this.lent.has(client)) client.destroy(silence('It was idle while another connection was dropped.'));
    }
  }

  /** Which of the server processes are running. Throws when the server cannot be asked, or is another one than ours. */
  private async askServer(quiet: WatchedClient[]): Promise<Set<number>> {
    const client = new WatchedClient({ ...this.config, connectWithinMs: this.limits.silenceMs });
    const slow = setTimeout(() => client.destroy(silence('The check was not answered.')), this.limits.silenceMs * 2);
    try {
      await client.connect();
      const known = quiet.flatMap((one) => {
        const seen = this.observed.get(one);
        return one.pid === null || !seen ? [] : [{ pid: one.pid, again: seen.idle > 0 }];
      });
      const { rows } = await client.query<{ self: number; at_work: number[] }>(
        `select pg_backend_pid() as self, array(select pid from pg_stat_activity where pid = any($1::int[])
            and state not like 'idle%') as at_work`,
        [known.map(({ pid }) => pid)],
      );
      // A pooler in between makes up the process ids, so nothing can be concluded.
      if (rows[0]?.self !== client.pid) throw new Error('The server is behind a pooler.');
      const atWork = new Set(rows[0].at_work);
      const dead = known.filter(({ pid, again }) => again && !atWork.has(pid)).map(({ pid }) => pid);
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where pid = any($1::int[]) and usename = current_user
            and application_name = $2 and state like 'idle%'`,
        [dead, this.config.application_name],
      );
      return atWork;
    } finally {
      clearTimeout(slow);
      client.destroy(silence('Asked.'));
    }
  }
}
