import type { Locale } from '@tidegate/contracts/kernel/locale';

/** A message for people. The subject is one line; the HTML contains no markup from outside. */
export interface Message {
  subject: string;
  text: string;
  html: string;
}

/** What a mail says; all are rendered to text and HTML by this one template. */
export interface Content {
  subject: string;
  opening: string;
  facts: readonly (readonly [label: string, value: string])[];
  /** A page of the installation, with a token behind `#`, so that no server's log has it. The only link as a button. */
  action?: { label: string; page: string; token: string };
  advice: string;
  footer: string;
}

/** Whose mail it is, where its pages are, and for whom. */
export interface Letterhead {
  name: string;
  publicUrl: string;
  locale: Locale;
}

export function render(content: Content, head: Letterhead): Message {
  const subject = oneLine(content.subject, 200);
  return { subject, text: asText(content, head), html: asHtml({ ...content, subject }, head) };
}

export const pageUrl = ({ publicUrl }: Letterhead, page: string, token?: string): string =>
  `${publicUrl}/${page}${token === undefined ? '' : `#token=${encodeURIComponent(token)}`}`;

/** Characters that end a line, hide text or change its direction become a space: a name must not forge a header. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

export function oneLine(text: string, longest: number): string {
  const line = text.replaceAll(UNPRINTABLE, ' ').replaceAll(/ {2,}/g, ' ').trim();
  const characters = [...line];
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join('')}…`;
}

/** A name that outsiders chose, without what mail programs make a link of. */
export const harmlessName = (name: string): string =>
  oneLine(name.replaceAll(/[./:@\\]+(?=\S)/g, ' ').replaceAll(/\bwww\b/gi, ' '), 80);

function asText({ opening, facts, action, advice, footer }: Content, head: Letterhead): string {
  const lines = [
    ...facts.map(([label, value]) => `${label}: ${value}`),
    ...(action ? [`${action.label}: ${pageUrl(head, action.page, action.token)}`] : []),
  ];
  return [opening, '', ...lines, ...(lines.length > 0 ? [''] : []), advice, '', '-- ', head.name, footer, ''].join(
    '\n',
  );
}

/*
 * Tables and inline styles, which every mail program shows; the style element only changes colours where the reader has a
 * dark theme, and is missed by nobody whose program drops it.
 */
const DARK = `@media (prefers-color-scheme:dark){.page{background:#0f1419!important}.card{background:#171d25!important;border-color:#2b3542!important}.ink{color:#e7ebf0!important}.quiet{color:#93a0af!important}.button{background:#7cb0ff!important;color:#0f1419!important}}`;
const FONT = 'font-family:system-ui,-apple-system,Segoe UI,Roboto,sans-serif';
const INK = `class="ink" style="margin:0 0 16px;color:#14191f"`;

function asHtml({ subject, opening, facts, action, advice, footer }: Content, head: Letterhead): string {
  const rows = facts.map(
    ([label, value]) =>
      `<tr><td class="quiet" style="padding:2px 16px 2px 0;vertical-align:top;color:#5b6675">${escapeHtml(label)}</td>` +
      `<td class="ink" style="padding:2px 0;color:#14191f">${escapeHtml(value)}</td></tr>`,
  );
  const table = `<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px">${rows.join('')}</table>`;
  return [
    `<!doctype html><html lang="${head.locale}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">',
    `<meta name="supported-color-schemes" content="light dark"><title>${escapeHtml(subject)}</title><style>${DARK}</style></head>`,
    `<body class="page" style="margin:0;padding:24px 12px;background:#f6f8fa;${FONT};font-size:15px;line-height:1.5">`,
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">',
    '<table role="presentation" class="card" cellpadding="0" cellspacing="0" style="width:100%;max-width:560px;background:#ffffff;border:1px solid #d9dfe6;border-radius:6px">',
    `<tr><td style="padding:24px"><p class="quiet" style="margin:0 0 16px;color:#5b6675;font-weight:600">${escapeHtml(head.name)}</p>`,
    `<h1 class="ink" style="margin:0 0 16px;font-size:20px;line-height:1.3;color:#14191f">${escapeHtml(subject)}</h1>`,
    `<p ${INK}>${escapeHtml(opening)}</p>`,
    facts.length > 0 ? table : '',
    action ? button(action.label, pageUrl(head, action.page, action.token)) : '',
    `<p ${INK}>${escapeHtml(advice)}</p>`,
    `<p class="quiet" style="margin:0;color:#5b6675;font-size:13px">${escapeHtml(footer)}</p></td></tr></table>`,
    '</td></tr></table></body></html>',
  ].join('\n');
}

/** The address is shown as well: some programs drop links, and a reader should see where one leads. */
function button(label: string, url: string): string {
  const style =
    'display:inline-block;padding:10px 18px;border-radius:6px;background:#1d5fbf;color:#ffffff;text-decoration:none;font-weight:600';
  return (
    `<p style="margin:0 0 8px"><a class="button" href="${escapeHtml(url)}" style="${style}">${escapeHtml(label)}</a></p>` +
    `<p class="quiet" style="margin:0 0 16px;color:#5b6675;font-size:13px;word-break:break-all">${escapeHtml(url)}</p>`
  );
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string) => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
