/*
 * The part of ICU messages that the console uses: `{name}`, and `{count, plural, =0 {none} one {# bot} other {# bots}}`,
 * within which `#` is the number and other values may stand. A parser of all of ICU costs every first visit 10 kB.
 */
export type Values = Readonly<Record<string, string | number>>;
type Part = string | { name: string } | { name: string; forms: ReadonlyMap<string, Part[]> };

const NUMBER = { name: '#' };
const known = new Map<string, Part[]>();

/** Throws where a message cannot be read: a test reads all of them. */
export function parseMessage(text: string): Part[] {
  const [parts, end] = read(text, 0, false);
  if (end !== text.length) throw new Error(`Not a message, from character ${end}: ${text}`);
  return parts;
}

export function message(text: string, values: Values, locale: string): string {
  if (!text.includes('{')) return text;
  const parts = known.get(text) ?? parseMessage(text);
  known.set(text, parts);
  return write(parts, values, locale);
}

function write(parts: readonly Part[], values: Values, locale: string): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const value = values[part.name];
      if (!('forms' in part)) {
        return part === NUMBER ? new Intl.NumberFormat(locale).format(Number(value)) : String(value ?? '');
      }
      const count = Number(value);
      const form = part.forms.get(`=${count}`) ?? part.forms.get(new Intl.PluralRules(locale).select(count));
      return write(form ?? part.forms.get('other') ?? [], { ...values, '#': count }, locale);
    })
    .join('');
}

/** Until the end, or the brace that closes the form that is read. */
function read(text: string, from: number, inForm: boolean): [Part[], number] {
  const parts: Part[] = [];
  let at = from;
  while (at < text.length && text[at] !== '}') {
    if (text[at] === '{') {
      const [part, end] = readValue(text, at + 1);
      parts.push(part);
      at = end;
    } else if (inForm && text[at] === '#') {
      parts.push(NUMBER);
      at += 1;
    } else {
      const plain = (inForm ? /[^{}#]+/y : /[^{}]+/y).exec(text.slice(at))?.[0] as string;
      parts.push(plain);
      at += plain.length;
    }
  }
  return [parts, at];
}

function readValue(text: string, from: number): [Part, number] {
  const begin = /^\s*(\w+)\s*(?:(\})|,\s*plural\s*,\s*)/.exec(text.slice(from));
  if (!begin) throw new Error(`Neither a value nor a plural, from character ${from}: ${text}`);
  const name = begin[1] as string;
  let at = from + begin[0].length;
  if (begin[2]) return [{ name }, at];
  const forms = new Map<string, Part[]>();
  for (;;) {
    const form = /^\s*(=\d+|zero|one|two|few|many|other)\s*\{/.exec(text.slice(at));
    if (!form) break;
    const [parts, end] = read(text, at + form[0].length, true);
    if (text[end] !== '}') throw new Error(`A form without an end: ${text}`);
    forms.set(form[1] as string, parts);
    at = end + 1;
  }
  const close = /^\s*\}/.exec(text.slice(at));
  if (!close || !forms.has('other')) throw new Error(`A plural without an end, or without "other": ${text}`);
  return [{ name, forms }, at + close[0].length];
}
