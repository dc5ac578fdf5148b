import type { Component, ComponentState, Incident } from '@tidegate/contracts/notifier/incidents';

type UpdateState = Incident['updates'][number]['state'];

/** The words of the public page; what operators write of an incident stays in their language. */
export interface StatusWords {
  names: Record<Component, string>;
  states: Record<ComponentState, string>;
  overall: Record<ComponentState, string>;
  updates: Record<UpdateState, string>;
  components: string;
  incidents: string;
  none: (days: number) => string;
  goesOn: string;
  noTrouble: string;
  notRecorded: string;
  trouble: (downMinutes: string, slowMinutes: string) => string;
  available: (percent: string, days: number) => string;
  asOf: string;
  feed: string;
}

const en: StatusWords = {
  names: {
    api: 'API and sign-in',
    billing: 'Plans and payments',
    usage: 'Usage metering',
    monitoring: 'Database monitoring',
    trading: 'Trading bots',
    notifications: 'Notifications',
  },
  states: { operational: 'Operational', degraded: 'Slower than usual', down: 'Not available' },
  overall: {
    operational: 'Everything works',
    degraded: 'Some things are slower than usual',
    down: 'Something does not work',
  },
  updates: {
    investigating: 'investigating',
    identified: 'identified',
    monitoring: 'monitoring',
    resolved: 'resolved',
  },
  components: 'Components',
  incidents: 'Incidents',
  none: (days) => `None in the last ${days} days.`,
  goesOn: 'goes on',
  noTrouble: 'no trouble',
  notRecorded: 'not recorded',
  trouble: (down, slow) => `${down} not available, ${slow} slow`,
  available: (percent, days) => `${percent} % available ${days === 1 ? 'today' : `in ${days} days`}`,
  asOf: 'As of',
  feed: 'feed',
};

const de: StatusWords = {
  names: {
    api: 'API und Anmeldung',
    billing: 'Tarife und Zahlungen',
    usage: 'Zählung des Verbrauchs',
    monitoring: 'Überwachung der Datenbanken',
    trading: 'Handelsbots',
    notifications: 'Benachrichtigungen',
  },
  states: { operational: 'In Betrieb', degraded: 'Langsamer als sonst', down: 'Nicht verfügbar' },
  overall: {
    operational: 'Alles funktioniert',
    degraded: 'Manches ist langsamer als sonst',
    down: 'Etwas funktioniert nicht',
  },
  updates: {
    investigating: 'wird untersucht',
    identified: 'Ursache gefunden',
    monitoring: 'wird beobachtet',
    resolved: 'behoben',
  },
  components: 'Teile',
  incidents: 'Störungen',
  none: (days) => `Keine in den letzten ${days} Tagen.`,
  goesOn: 'dauert an',
  noTrouble: 'alles in Ordnung',
  notRecorded: 'nicht aufgezeichnet',
  trouble: (down, slow) => `${down} nicht verfügbar, ${slow} langsam`,
  available: (percent, days) => `${percent} % verfügbar ${days === 1 ? 'heute' : `in ${days} Tagen`}`,
  asOf: 'Stand',
  feed: 'Feed',
};

export const STATUS_WORDS = { en, de };
export type StatusLanguage = keyof typeof STATUS_WORDS;

/** The first of a browser’s languages that there is; English for everybody else. */
export function statusLanguage(accepted: string | undefined): StatusLanguage {
  const named = (accepted ?? '').slice(0, 200).split(',');
  const found = named.map((one) => one.trim().slice(0, 2).toLowerCase()).find((one) => one in STATUS_WORDS);
  return (found as StatusLanguage | undefined) ?? 'en';
}
