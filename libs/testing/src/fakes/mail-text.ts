/** A received message as a mail program would show it. Enough of MIME to read what our own services send. */
export interface MailText {
  /** Header values by lower-case name, unfolded and with encoded words decoded; the last one of a name wins. */
  readonly headers: ReadonlyMap<string, string>;
  /** How often each header appears, by lower-case name. */
  readonly headerCounts: ReadonlyMap<string, number>;
  readonly text: string;
  readonly html: string;
}

interface Part {
  headers: Map<string, string>;
  counts: Map<string, number>;
  body: string;
}

export function readMail(raw: Buffer): MailText {
  const message = readPart(raw.toString('latin1'));
  const leaves = leavesOf(message);
  const bodyOf = (type: string) => {
    const leaf = leaves.find((part) => contentType(part).startsWith(type));
    return leaf ? decodeBody(leaf) : '';
  };
  return {
    headers: message.headers,
    headerCounts: message.counts,
    text: bodyOf('text/plain'),
    html: bodyOf('text/html'),
  };
}

const contentType = (part: Part) => (part.headers.get('content-type') ?? 'text/plain').toLowerCase();

function readPart(source: string): Part {
  const end = source.indexOf('\r\n\r\n');
  const head = end < 0 ? source : source.slice(0, end);
  const headers = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const line of head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, decodeWords(line.slice(colon + 1).trim()));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return { headers, counts, body: end < 0 ? '' : source.slice(end + 4) };
}

function leavesOf(part: Part): Part[] {
  if (!contentType(part).startsWith('multipart/')) return [part];
  const boundary = /boundary="?([^";]+)"?/i.exec(part.headers.get('content-type') ?? '')?.[1];
  if (!boundary) return [part];
  return part.body
    .split(`--${boundary}`)
    .slice(1)
    .filter((piece) => !piece.startsWith('--'))
    .flatMap((piece) => leavesOf(readPart(piece.replace(/^\r\n/, '').replace(/\r\n$/, ''))));
}

function decodeBody(part: Part): string {
  const encoding = (part.headers.get('content-transfer-encoding') ?? '7bit').toLowerCase();
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString('utf8');
  if (encoding === 'quoted-printable') return decodeQuoted(part.body.replaceAll(/=\r\n/g, '')).toString('utf8');
  return Buffer.from(part.body, 'latin1').toString('utf8');
}

function decodeQuoted(text: string): Buffer {
  const bytes = text.replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

/** RFC 2047 encoded words; white space between two of them is not part of the text. */
function decodeWords(value: string): string {
  const joined = value.replaceAll(/\?=\s+=\?/g, '?==?');
  return joined.replaceAll(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, data: string) =>
    (kind.toUpperCase() === 'B' ? Buffer.from(data, 'base64') : decodeQuoted(data.replaceAll('_', ' '))).toString(
      'utf8',
    ),
  );
}
