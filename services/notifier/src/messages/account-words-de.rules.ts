import type { Language } from './account-words.ts';

const NOT_YOU = 'Wenn Sie das nicht waren, tun Sie nichts.';

export const GERMAN: Language = {
  mails: {
    register: ({ publicUrl }) => ({
      subject: 'Ihr Konto anlegen',
      opening: `Jemand hat mit dieser Adresse ein Konto bei ${publicUrl} gewünscht. Der Link führt weiter.`,
      facts: [['Gültig', '24 Stunden, einmal']],
      button: 'Konto anlegen',
      advice: `${NOT_YOU} Bevor der Link benutzt wurde, gibt es kein Konto.`,
    }),
    'address-taken': ({ publicUrl }) => ({
      subject: 'Sie haben schon ein Konto',
      opening: `Jemand wollte diese Adresse für ein Konto bei ${publicUrl} benutzen. Sie hat dort schon eines.`,
      advice: `Wenn Sie das waren, melden Sie sich an: ${publicUrl}/log-in, oder setzen Sie ein neues Passwort: ${publicUrl}/forgotten-password. Sonst tun Sie nichts: Es hat sich nichts geändert.`,
    }),
    'verify-email': ({ publicUrl }) => ({
      subject: 'Ihre E-Mail-Adresse bestätigen',
      opening: `Jemand hat mit dieser Adresse ein Konto bei ${publicUrl} angelegt. Wenn Sie das waren, bestätigen Sie sie, während Sie angemeldet sind.`,
      facts: [['Gültig', '24 Stunden']],
      button: 'Adresse bestätigen',
      advice:
        'Wenn Sie das nicht waren, geben Sie den Link niemandem. Ohne ihn erreicht das Konto niemanden, und Sie können es ' +
        `jederzeit übernehmen: ${publicUrl}/forgotten-password`,
    }),
    'reset-password': ({ publicUrl }) => ({
      subject: 'Ein neues Passwort setzen',
      opening: `Jemand möchte das Passwort Ihres Kontos bei ${publicUrl} neu setzen.`,
      facts: [['Gültig', '15 Minuten, einmal']],
      button: 'Neues Passwort setzen',
      advice:
        `${NOT_YOU} Ihr Passwort bleibt, wie es ist. Der Link beendet alle Sitzungen des Kontos. Wenn Sie diese Adresse ` +
        'nie bestätigt haben, hat vielleicht vorher jemand anderes das Konto benutzt: Sehen Sie nach, was in seiner Organisation ist.',
    }),
    'password-changed': ({ publicUrl }) => ({
      subject: 'Ihr Passwort wurde geändert',
      opening: `Das Passwort Ihres Kontos bei ${publicUrl} wurde geändert, und alle anderen Sitzungen wurden beendet.`,
      advice: `Wenn Sie das nicht waren, setzen Sie jetzt ein anderes: ${publicUrl}/forgotten-password`,
    }),
    'change-email': ({ publicUrl }) => ({
      subject: 'Ihre neue E-Mail-Adresse bestätigen',
      opening: `Jemand möchte diese Adresse für sein Konto bei ${publicUrl} benutzen. Wenn Sie das waren, bestätigen Sie sie, während Sie angemeldet sind.`,
      facts: [['Gültig', '24 Stunden, einmal']],
      button: 'Adresse bestätigen',
      advice: `${NOT_YOU} Es ändert sich nichts, und Sie bekommen keine weiteren Mails.`,
    }),
    'email-changed': ({ publicUrl, newEmail }) => ({
      subject: 'Ihre E-Mail-Adresse wurde geändert',
      opening: `Ihr Konto bei ${publicUrl} hat jetzt eine andere E-Mail-Adresse. Diese gehört nicht mehr dazu.`,
      facts: [
        ['Neue Adresse', newEmail],
        ['Rückgängig zu machen', '7 Tage lang'],
      ],
      button: 'Änderung rückgängig machen',
      advice:
        'Wenn Sie das waren, tun Sie nichts. Sonst gibt Ihnen der Link das Konto zurück: Diese Adresse wird wieder ' +
        'eingesetzt, alle Sitzungen enden, und Sie bekommen einen Link für ein neues Passwort.',
    }),
    invitation: ({ organisation, inviter, role, publicUrl }) => ({
      subject: `Einladung zu ${organisation}`,
      opening: `${inviter} lädt Sie in die Organisation „${organisation}“ bei ${publicUrl} ein.`,
      facts: [
        ['Rolle', role],
        ['Gültig', '7 Tage'],
      ],
      button: 'Einladung ansehen',
      advice: `Wenn Sie ${inviter} nicht kennen, tun Sie nichts.`,
    }),
    'reply-address': ({ organisation, publicUrl }) => ({
      subject: 'Diese Adresse für Antworten bestätigen',
      opening: `Die Organisation „${organisation}“ bei ${publicUrl} möchte, dass Antworten auf ihre Mails an diese Adresse gehen. Das tun sie, wenn Sie zustimmen.`,
      facts: [['Gültig', '24 Stunden, einmal']],
      button: 'Adresse bestätigen',
      advice:
        'Wenn Sie diese Organisation nicht kennen, tun Sie nichts: Sie bekommen keine Antworten und keine weiteren Mails.',
    }),
    'account-deleted': ({ publicUrl }) => ({
      subject: 'Ihr Konto wurde gelöscht',
      opening: `Ihr Konto bei ${publicUrl} wurde gelöscht, mit seinen Sitzungen und API-Schlüsseln.`,
      advice:
        'Wenn Sie das nicht waren, sagen Sie es dem Betreiber dieser Installation. Das Konto lässt sich nicht zurückholen.',
    }),
  },
  confirmation: (name, token) => ({
    subject: 'Diese Adresse für Benachrichtigungen bestätigen',
    opening:
      `Jemand möchte, dass ${name} Benachrichtigungen an diese Adresse sendet. Wenn Sie oder Ihre Organisation das nicht ` +
      'waren, tun Sie nichts: Es wird nichts weiter gesendet.',
    facts: [
      ['Token', token],
      ['Gültig', '24 Stunden'],
    ],
    button: 'Bestätigen',
    advice: 'Oder geben Sie das Token der Person in jener Organisation, die diese Adresse hinzugefügt hat.',
  }),
  entered: (name) => `Von ${name} gesendet, weil jemand diese Adresse eingegeben hat.`,
  own: (name) => `Von ${name} gesendet, weil diese Adresse ein Konto hat oder hatte.`,
};
