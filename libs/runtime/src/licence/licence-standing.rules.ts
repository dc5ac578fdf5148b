import type { Verdict } from './licence.ts';

/** After its end a licence counts for so long, while everybody is told. */
export const GRACE_DAYS = 30;
const DAY_MS = 86_400_000;

export interface LicenceStanding {
  /** none: no licence is configured, and nothing is limited by one. */
  state: 'none' | 'grace' | 'unreadable' | Verdict['state'];
  /** Nothing new is created in the installation. */
  readOnly: boolean;
  licensee: string | null;
  validUntil: string | null;
  /** How many servers may be watched in the whole installation; null: any number. */
  servers: number | null;
  /** For people; empty when there is nothing to say. */
  what: string;
}

const NONE: LicenceStanding = {
  state: 'none',
  readOnly: false,
  licensee: null,
  validUntil: null,
  servers: null,
  what: '',
};

export const withoutLicence = (): LicenceStanding => NONE;

export const unreadable = (why: string): LicenceStanding => ({
  ...NONE,
  state: 'unreadable',
  readOnly: true,
  what: `The licence cannot be read, and nothing new can be created: ${why}`,
});

/** What a licence means for the installation at an instant. What is licensed no more goes on, and nothing is added to it. */
export function standingOf(verdict: Verdict, now: number): LicenceStanding {
  switch (verdict.state) {
    case 'malformed':
      return refused(verdict.state, 'The file is no licence, or was changed');
    case 'other_key':
      return refused(verdict.state, 'The licence was signed with another key than the one that is trusted here');
    case 'forged':
      return refused(verdict.state, 'The signature of the licence is wrong');
  }
  const { state, licence } = verdict;
  const { licensee, validFrom, validUntil, features } = licence;
  const limit = features['licensed_servers'];
  const servers = typeof limit === 'number' ? limit : null;
  const known = { licensee, validUntil, servers };
  if (state === 'valid') return { ...known, state, readOnly: false, what: '' };
  if (state === 'not_yet_valid') return { ...refused(state, `The licence is valid from ${validFrom} on`), ...known };
  const end = new Date(Date.parse(validUntil) + GRACE_DAYS * DAY_MS);
  if (now >= end.getTime()) return { ...refused('expired', `The licence expired at ${validUntil}`), ...known };
  const what = `The licence expired at ${validUntil}. From ${end.toISOString()} on nothing new can be created`;
  return { ...known, state: 'grace', readOnly: false, what };
}

const refused = (state: LicenceStanding['state'], what: string): LicenceStanding => ({
  ...NONE,
  state,
  readOnly: true,
  what: `${what}, and nothing new can be created`,
});
