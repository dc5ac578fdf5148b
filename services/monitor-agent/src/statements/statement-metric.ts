import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { following, type Instance } from '../kernel/instance/instance.queries.ts';
import { type Metric, NOTHING, type Prepared } from '../kernel/schedule/metric.ts';
import type { ServerScrubber } from '../kernel/scrubbing/scrubber.ts';
import {
  CHEAP_TEXT_BYTES,
  MAX_TEXT_BYTES,
  MAX_TEXTS_PER_RUN,
  wereReset,
} from '../kernel/scrubbing/text-limits.rules.ts';
import { ObjectNames } from './object-names.queries.ts';
import { FINGERPRINT_VERSION } from './query-key.rows.ts';
import { type RunInTx, rehashStatements } from './rehash-statements.ts';
import { loadStatements, numberStatements, storeSnapshot, storeTexts } from './statement.rows.ts';
import { advance, type StatementState } from './statement-deltas.rules.ts';
import { readStatements } from './statements.queries.ts';
import { readTexts } from './texts.queries.ts';

/** Statements of one server: the state of the last snapshot, our numbers for the series, and which lack a text. */
export class StatementMetric implements Metric {
  readonly name = 'statements';
  private readonly serverId: string;
  private state: StatementState | undefined;
  private textless = new Set<string>();
  private readonly names = new ObjectNames();
  /** How much text the server had when texts were last read; null: not since its statements were last set back. */
  textBytes: number | null = null;
  private hashedBy: number | null = FINGERPRINT_VERSION;
  private readonly scrubber: ServerScrubber;

  constructor(serverId: string, scrubber: ServerScrubber) {
    this.serverId = serverId;
    this.scrubber = scrubber;
  }

  get hasBaseline(): boolean {
    return this.state !== undefined;
  }

  get wantsTexts(): boolean {
    const known = this.textless.size === 0 && this.hashedBy === FINGERPRINT_VERSION;
    return !known && !this.hasTooMuchText;
  }

  get hasTooMuchText(): boolean {
    return (this.textBytes ?? 0) > MAX_TEXT_BYTES;
  }

  get textsAreCheap(): boolean {
    return (this.textBytes ?? 0) <= CHEAP_TEXT_BYTES;
  }

  async load(tx: Tx): Promise<void> {
    const stored = await loadStatements(tx, this.serverId);
    this.state = stored.state;
    this.textless = stored.textless;
    this.textBytes = stored.textBytes;
    this.hashedBy = stored.state ? stored.fingerprintVersion : FINGERPRINT_VERSION;
  }

  async read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared> {
    if (!instance.statements) return NOTHING;
    const step = advance(this.state, await readStatements(connection, instance, this.state));
    const fresh = step.changed.map((row) => row.key).filter((key) => this.numberOf(key) === undefined);
    await this.names.read(connection, fresh, takenAt.getTime());
    let numbers: ReadonlyMap<string, number> = new Map();
    // What was set back has empty texts too: they may be asked for again.
    const [before, now] = [this.state?.entries.size ?? 0, step.state.entries.size];
    const isSetBack = step.interval && (step.interval.gap || step.interval.resetAt !== null || wereReset(before, now));
    const textBytes = isSetBack ? null : this.textBytes;
    let textless: string[] = [];
    return {
      save: async (tx) => {
        await this.names.save(tx, this.serverId);
        const numbered = await numberStatements(tx, this.serverId, fresh, this.names);
        textless = numbered.textless;
        numbers = numbered.ids;
        const numberOf = (key: string) => numbers.get(key) ?? this.numberOf(key);
        await storeSnapshot(tx, { serverId: this.serverId, takenAt, numberOf, textBytes, ...step });
      },
      committed: () => {
        this.names.committed();
        this.state = step.state;
        this.textBytes = textBytes;
        for (const [key, number] of numbers) step.state.entries.setNumber(key, number);
        for (const key of textless) this.textless.add(key);
        for (const key of step.gone) this.textless.delete(key);
      },
    };
  }

  /** Texts must have fingerprints of this version before new ones join them. */
  async rehash(run: RunInTx): Promise<void> {
    if (this.hashedBy === FINGERPRINT_VERSION) return;
    const fingerprints = (texts: readonly string[]) => this.scrubber.fingerprints(texts);
    await rehashStatements(run, this.serverId, { version: FINGERPRINT_VERSION, fingerprints });
    this.hashedBy = FINGERPRINT_VERSION;
  }

  /** Texts that are not known yet, for saving. */
  async readMissingTexts(connection: ServerConnection, instance: Instance): Promise<Prepared> {
    if (!instance.statements || this.textless.size === 0) return NOTHING;
    const asked = [...this.textless].slice(0, MAX_TEXTS_PER_RUN);
    const { texts, totalBytes } = await following(connection, instance, (extension) =>
      readTexts(connection, extension, asked, this.scrubber),
    );
    const found = [...texts].flatMap(([key, text]) => {
      const id = this.numberOf(key);
      return id === undefined ? [] : [{ id, text }];
    });
    return {
      save: (tx) => storeTexts(tx, this.serverId, found),
      committed: () => {
        for (const key of texts.keys()) this.textless.delete(key);
        this.textBytes = totalBytes;
      },
    };
  }

  private numberOf(key: string): number | undefined {
    return this.state?.entries.numberOf(key);
  }
}
