import { random } from './candles.ts';

/*
 * The statements of a pretended busy server, minute by minute. 300 are in regular use, with call rates that fall with
 * their rank (a few make most of the calls) and follow the hour of the day; 4,700 more are known, of which each is
 * called about twice a day. What one call costs is drawn once for each statement; each minute adds noise to it, the
 * less the more calls there were. A third write (WAL, dirtied blocks), some read from disk with timing on, few use
 * temporary files; planning is not tracked, as is the default.
 */
export const ACTIVE = 300;
export const KNOWN = 5_000;
const BUSIEST_CALLS_A_MINUTE = 3_000;
const RANK_EXPONENT = 1.5;
const RARE_CALLS_A_MINUTE = 2 / 1_440;

interface Profile {
  callsAMinute: number;
  us: number;
  rows: number;
  /** Whether every call gives the same number of rows and touches the same blocks. */
  steady: boolean;
  hit: number;
  read: number;
  walBytes: number;
  temp: number;
}

export interface LoadedMinute {
  /** Numbers of the statements from 1 on. */
  ids: number[];
  /** As in STATEMENT_COUNTERS, for each of the ids. */
  counters: number[][];
}

export class StatementLoad {
  private readonly next: () => number;
  private readonly profiles: Profile[];

  constructor(seed: number) {
    this.next = random(seed);
    this.profiles = Array.from({ length: KNOWN }, (_, rank) => this.profile(rank));
  }

  minute(at: Date): LoadedMinute {
    const hour = at.getUTCHours() + at.getUTCMinutes() / 60;
    const busy = 0.55 - 0.45 * Math.cos((hour / 24) * 2 * Math.PI);
    const minute: LoadedMinute = { ids: [], counters: [] };
    for (const [index, profile] of this.profiles.entries()) {
      const calls = this.poisson(profile.callsAMinute * (index < ACTIVE ? busy : 1));
      if (calls === 0) continue;
      minute.ids.push(index + 1);
      minute.counters.push(this.counters(profile, calls));
    }
    return minute;
  }

  private profile(rank: number): Profile {
    const chance = (share: number) => this.next() < share;
    const skewed = (typical: number) => typical * Math.exp(this.normal() * 1.5);
    return {
      callsAMinute: rank < ACTIVE ? BUSIEST_CALLS_A_MINUTE / (rank + 1) ** RANK_EXPONENT : RARE_CALLS_A_MINUTE,
      us: skewed(800),
      rows: chance(0.7) ? 1 : Math.round(skewed(20)),
      steady: chance(0.6),
      hit: 3 + Math.round(skewed(8)),
      read: chance(0.2) ? skewed(0.5) : 0,
      walBytes: chance(0.33) ? Math.round(skewed(300)) : 0,
      temp: chance(0.02) ? Math.round(skewed(50)) : 0,
    };
  }

  private counters({ us, rows, steady, hit, read, walBytes, temp }: Profile, calls: number): number[] {
    const noisy = (perCall: number, spread: number) =>
      Math.max(0, Math.round(perCall * calls * (1 + (spread * this.normal()) / Math.sqrt(calls))));
    const amount = (perCall: number) => (steady ? perCall * calls : noisy(perCall, 0.4));
    const blocksRead = read > 0 ? this.poisson(read * calls) : 0;
    const records = walBytes > 0 ? calls * 3 : 0;
    return [
      calls,
      0,
      amount(rows),
      noisy(us, 0.7),
      0,
      amount(hit),
      blocksRead,
      walBytes > 0 ? this.poisson(calls * 0.3) : 0,
      0,
      0,
      0,
      temp > 0 ? noisy(temp, 0.3) : 0,
      temp > 0 ? noisy(temp, 0.3) : 0,
      noisy((read * 90 * blocksRead) / Math.max(1, read * calls), 0.5),
      0,
      records,
      walBytes > 0 ? noisy(walBytes, 0.2) : 0,
    ];
  }

  private normal(): number {
    return (this.next() + this.next() + this.next() - 1.5) * 2;
  }

  /** By Knuth's method where it is short, as a rounded normal beyond. */
  private poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count += 1;
    return count;
  }
}
