import { LOGO_BYTES } from '@tidegate/contracts/identity/themes';
import type { ParamsOf, TextOf } from '@tidegate/contracts/kernel/field-texts';
import { type FieldError, faultAt } from '@tidegate/contracts/kernel/problem';

/** How a file of each kind begins: what is said of it in words decides nothing. SVG is no picture but a document. */
const KINDS: Record<string, (bytes: Buffer) => boolean> = {
  png: (bytes) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')),
  jpeg: (bytes) => bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')),
  webp: (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
};

const wrong = <const T extends TextOf<'not_a_picture'>>(text: T, ...params: ParamsOf<T>): FieldError =>
  faultAt('/logo', 'not_a_picture', text, ...params);

/** What is wrong with it; undefined when it is a picture that pages may show. */
export function faultOfLogo(url: string): FieldError | undefined {
  const [, kind = '', base64 = ''] = /^data:image\/(png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})$/.exec(url) ?? [];
  if (!base64) return wrong('Send a PNG, JPEG or WebP as data:image/png;base64,…');
  const bytes = Buffer.from(base64, 'base64');
  const sizes = { bytes: bytes.length, most: LOGO_BYTES };
  if (bytes.length > LOGO_BYTES) return wrong('It has {bytes} bytes; at most {most} are taken.', sizes);
  if (!KINDS[kind]?.(bytes)) return wrong('This is no {kind} file.', { kind });
  return undefined;
}
