import { FIELD_TEXTS, type FieldCode } from './field-texts.ts';
import { filled, type Params } from './fill-text.ts';

/** What a schema found: one of zod's issues, or what a form found by the limits of the same schema. */
export interface Found {
  code: string;
  /** Zod's words begin in one of a few ways; any other are those of the contract. */
  message?: string | undefined;
  origin?: string | undefined;
  minimum?: number | bigint | undefined;
  maximum?: number | bigint | undefined;
  inclusive?: boolean | undefined;
  expected?: string | undefined;
  format?: string | undefined;
  values?: readonly unknown[] | undefined;
  divisor?: number | bigint | undefined;
  /** Of what decides which fields there are. */
  options?: readonly unknown[] | undefined;
}

interface Fault {
  code: string;
  message: string;
  params?: Record<string, string | number>;
}

const ZODS_WORDS = /^(Invalid |Invalid$|Too (small|big): |Unrecognized )/;

/** The same in words that say what to do, with the values in them. */
export function foundFault(found: Found): Fault {
  const { code, message } = found;
  if (message !== undefined && !ZODS_WORDS.test(message)) return { code, message };
  const [text, params] = said(found);
  return { code, message: filled(text, params), ...(params ? { params: { ...params } } : {}) };
}

type Said = readonly [text: string, params?: Params];

const [CHARACTERS, MOST, BELOW, ENTRIES] = FIELD_TEXTS.too_big;
const [SOMETHING, LEAST_CHARACTERS, LEAST, ABOVE, ONE, LEAST_ENTRIES] = FIELD_TEXTS.too_small;
const [NEEDED, WHOLE, NUMBER, TEXT, FLAG, LIST, OTHER_TYPE] = FIELD_TEXTS.invalid_type;
const [EMAIL, URL, INSTANT, ID, OTHER_FORM] = FIELD_TEXTS.invalid_format;

const TYPES: Record<string, string> = { int: WHOLE, number: NUMBER, string: TEXT, boolean: FLAG, array: LIST };
const FORMATS: Record<string, string> = { email: EMAIL, url: URL, datetime: INSTANT, uuid: ID };
const SIZED = new Set(['array', 'set', 'map', 'record', 'object']);

function said(found: Found): Said {
  const { code, origin = '', inclusive = true, expected = '', format = '', message = '' } = found;
  switch (code) {
    case 'too_big': {
      const maximum = Number(found.maximum);
      const text = origin === 'string' ? CHARACTERS : SIZED.has(origin) ? ENTRIES : inclusive ? MOST : BELOW;
      return [text, { maximum }];
    }
    case 'too_small':
      return tooSmall(origin, Number(found.minimum), inclusive);
    case 'invalid_type':
      return [message.endsWith('received undefined') ? NEEDED : (TYPES[expected] ?? OTHER_TYPE)];
    case 'invalid_format':
      return [FORMATS[format] ?? OTHER_FORM];
    case 'invalid_value':
      return [FIELD_TEXTS.invalid_value[0], { values: (found.values ?? []).map(String).join(', ') }];
    case 'invalid_union':
      if (!found.options?.length) return [FIELD_TEXTS.invalid_union[0]];
      return [FIELD_TEXTS.invalid_union[1], { values: found.options.filter((one) => one !== undefined).join(', ') }];
    case 'not_multiple_of':
      return [FIELD_TEXTS.not_multiple_of[0], { divisor: Number(found.divisor) }];
    default:
      return [FIELD_TEXTS[code as FieldCode]?.[0] ?? FIELD_TEXTS.custom[0]];
  }
}

function tooSmall(origin: string, minimum: number, inclusive: boolean): Said {
  if (origin === 'string') return minimum === 1 ? [SOMETHING] : [LEAST_CHARACTERS, { minimum }];
  if (SIZED.has(origin)) return minimum === 1 ? [ONE] : [LEAST_ENTRIES, { minimum }];
  return [inclusive ? LEAST : ABOVE, { minimum }];
}
