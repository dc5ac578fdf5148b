import type { Tx } from '@tidegate/database/tx';
import { type Labels, MAX_COMBINATIONS, OVERFLOW } from '../meters/dimensions.rules.ts';
import { findMains, findOrigins, insertMains, insertOrigins, type Main, type Origin } from './origin.rows.ts';

/** An event, and where it is counted: undefined for what is of the main source and of no key. */
export interface Placeable {
  org: string;
  meter: string;
  at: string;
  /** Who reported it; of a correction, who reported what it corrects. */
  reporter: string;
  apiKey: string | undefined;
  origin?: Labels | undefined;
}

const MOST_KNOWN = 200_000;

/**
 * Decides where events are counted beside the sum of their meter. A meter has a main source, the first one that reports it:
 * its events need nothing, because what is not counted apart is theirs. All others count under their source and key, of which
 * a day has so many and no more, so that neither sources nor keys that never repeat can fill tables or answers.
 *
 * What was read or written is remembered once it is committed. A main source never changes, an origin never goes before its
 * day can have no more events, and a full day stays full: what is remembered may be incomplete and is never wrong.
 */
export class Origins {
  /** By organisation and meter. */
  private readonly mains = new Map<string, Map<string, string>>();
  private readonly known = new Set<string>();
  private readonly full = new Set<string>();

  /** Sets `origin` of those that are counted apart. The events are sorted by organisation. */
  async place(tx: Tx, events: readonly Placeable[]): Promise<void> {
    const apart: Placeable[] = [];
    const unknown: Placeable[] = [];
    let owner = '';
    let meters: ReadonlyMap<string, string> | undefined;
    for (const event of events) {
      if (event.org !== owner) {
        owner = event.org;
        meters = this.mains.get(owner);
      }
      const main = meters?.get(event.meter);
      if (main === undefined) unknown.push(event);
      else if (isApart(event, main)) apart.push(event);
    }
    if (unknown.length > 0) {
      const mains = await this.fetchMains(tx, unknown);
      for (const event of unknown) if (isApart(event, mains.get(event.org)?.get(event.meter))) apart.push(event);
    }
    if (apart.length > 0) await this.placeApart(tx, apart);
  }

  private async fetchMains(tx: Tx, events: readonly Placeable[]): Promise<Map<string, Map<string, string>>> {
    const lacking = new Map<string, Main>();
    for (const { org, meter, reporter } of events) {
      const key = `${org} ${meter}`;
      if (!lacking.has(key)) lacking.set(key, { org_id: org, meter, source: reporter });
    }
    const asked = [...lacking.values()];
    const found = await findMains(tx, asked);
    if (found.length < asked.length) {
      for (const { org_id, meter } of found) lacking.delete(`${org_id} ${meter}`);
      await insertMains(tx, [...lacking.values()]);
      // Whichever of two came first.
      found.push(...(await findMains(tx, [...lacking.values()])));
    }
    tx.onCommit(() => this.remember(found));
    const byOrg = new Map<string, Map<string, string>>();
    for (const one of found) put(byOrg, one);
    return byOrg;
  }

  private remember(found: readonly Main[]): void {
    if (this.mains.size > MOST_KNOWN) this.mains.clear();
    for (const one of found) put(this.mains, one);
  }

  private async placeApart(tx: Tx, apart: readonly Placeable[]): Promise<void> {
    const asked = new Map<string, Origin>();
    for (const event of apart) {
      const key = nameOf(event);
      if (!this.known.has(key) && !asked.has(key)) asked.set(key, originOf(event));
    }
    const there = asked.size === 0 ? new Set<string>() : await this.register(tx, asked);
    for (const event of apart) {
      const key = nameOf(event);
      event.origin = this.known.has(key) || there.has(key) ? originOf(event).origin : OVERFLOW;
    }
  }

  /** Which of them are counted apart, those that are new included. */
  private async register(tx: Tx, asked: ReadonlyMap<string, Origin>): Promise<Set<string>> {
    const there = await namesOf(tx, [...asked]);
    const fresh = [...asked].filter(([name, one]) => !there.has(name) && !this.full.has(dayOf(one)));
    if (fresh.length > 0) {
      fresh.sort(([a], [b]) => (a < b ? -1 : 1));
      await insertOrigins(
        tx,
        fresh.map(([, one]) => one),
        MAX_COMBINATIONS,
      );
      for (const name of await namesOf(tx, fresh)) there.add(name);
    }
    const full = fresh.filter(([name]) => !there.has(name)).map(([, one]) => dayOf(one));
    tx.onCommit(() => {
      if (this.known.size > MOST_KNOWN) this.known.clear();
      if (this.full.size > MOST_KNOWN) this.full.clear();
      for (const name of there) this.known.add(name);
      for (const day of full) this.full.add(day);
    });
    return there;
  }
}

async function namesOf(tx: Tx, asked: readonly (readonly [name: string, origin: Origin])[]): Promise<Set<string>> {
  const known = await findOrigins(
    tx,
    asked.map(([, one]) => one),
  );
  return new Set(asked.filter((_, at) => known.has(at)).map(([name]) => name));
}

const isApart = ({ apiKey, reporter }: Placeable, main: string | undefined): boolean =>
  apiKey !== undefined || reporter !== main;

function put(into: Map<string, Map<string, string>>, { org_id, meter, source }: Main): void {
  const meters = into.get(org_id);
  if (meters) meters.set(meter, source);
  else into.set(org_id, new Map([[meter, source]]));
}

const originOf = ({ org, meter, at, reporter, apiKey }: Placeable): Origin => ({
  ...{ org, meter, day: new Date(at).toISOString().slice(0, 10), origin: [reporter, apiKey ?? ''] },
});

const dayOf = ({ org, meter, day }: Origin): string => `${org} ${meter} ${day}`;
const nameOf = (event: Placeable): string => {
  const origin = originOf(event);
  return `${dayOf(origin)} ${JSON.stringify(origin.origin)}`;
};
