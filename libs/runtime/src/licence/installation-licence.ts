import { readFileSync, statSync } from 'node:fs';
import type { Log } from '@tidegate/telemetry/log';
import type { Metrics } from '@tidegate/telemetry/metrics';
import { checkLicence, MOST_CHARACTERS, type Verdict } from './licence.ts';
import { type LicenceStanding, standingOf, unreadable, withoutLicence } from './licence-standing.rules.ts';

export interface LicenceFiles {
  licence: string | undefined;
  key: string | undefined;
}

/** A file that is replaced counts within this. */
const REREAD_MS = 60_000;
const REPEAT_MS = 86_400_000;
const STATES = [
  'valid',
  'grace',
  'expired',
  'not_yet_valid',
  'malformed',
  'other_key',
  'forged',
  'unreadable',
] as const;

/** The licence of this installation, from its file: signed, and checked without any connection. */
export class InstallationLicence {
  private readonly files: LicenceFiles;
  private readonly now: () => number;
  private read: { at: number; changed: string; verdict: ((now: number) => Verdict) | string } | undefined;
  private reported: { at: number; state: string } | undefined;

  constructor(files: LicenceFiles, now: () => number = Date.now) {
    this.files = files;
    this.now = now;
  }

  get configured(): boolean {
    return Boolean(this.files.licence || this.files.key);
  }

  standing(): LicenceStanding {
    if (!this.configured) return withoutLicence();
    const now = this.now();
    if (!this.read || now - this.read.at >= REREAD_MS || now < this.read.at) this.reread(now);
    const { verdict } = this.read as NonNullable<typeof this.read>;
    return typeof verdict === 'string' ? unreadable(verdict) : standingOf(verdict(now), now);
  }

  /** Once at the start, when it changes, and each day while it is not valid. */
  report(log: Log): void {
    const { state, what, licensee, validUntil } = this.standing();
    if (state === 'none') return;
    const now = this.now();
    const again = state !== 'valid' && now - (this.reported?.at ?? 0) >= REPEAT_MS;
    if (this.reported?.state === state && !again) return;
    this.reported = { at: now, state };
    if (state === 'valid') log.info({ licensee, validUntil }, 'The licence of this installation is valid');
    else
      log.error(
        { licensee, validUntil, state },
        `${what}. Fix: put the licence that was issued last into LICENCE_FILE`,
      );
  }

  /** Nothing where no licence is configured. */
  measure(metrics: Metrics): void {
    if (!this.configured) return;
    for (const state of STATES) {
      metrics.watched(
        'tidegate_licence',
        'The state of the licence of this installation: 1 for what it is',
        { state },
        () => (this.standing().state === state ? 1 : 0),
      );
    }
    metrics.watched('tidegate_licence_seconds_left', 'Until the licence ends; below zero afterwards', {}, () => {
      const { validUntil } = this.standing();
      return validUntil === null ? undefined : (Date.parse(validUntil) - this.now()) / 1_000;
    });
  }

  private reread(now: number): void {
    try {
      const [licence, key] = [this.files.licence, this.files.key];
      if (!licence || !key) throw new Error(`Set ${licence ? 'LICENCE_KEY_FILE' : 'LICENCE_FILE'} as well.`);
      const changed = [licence, key].map((file) => `${statSync(file).mtimeMs} ${statSync(file).size}`).join();
      if (this.read?.changed === changed) this.read.at = now;
      else {
        const [text, pem] = [textOf(licence), textOf(key)];
        // A key of another kind throws here, not later.
        checkLicence(text, pem, now);
        this.read = { at: now, changed, verdict: (then) => checkLicence(text, pem, then) };
      }
    } catch (error) {
      this.read = { at: now, changed: '', verdict: (error as Error).message };
    }
  }
}

function textOf(file: string): string {
  if (statSync(file).size > MOST_CHARACTERS * 10) throw new Error(`${file} is too large.`);
  return readFileSync(file, 'utf8');
}
