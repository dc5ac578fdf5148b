import { LOGO_BYTES } from '@tidegate/contracts/identity/themes';

/** How a file of each kind begins: what is said of it in words decides nothing. SVG is no picture but a document. */
const KINDS: Record<string, (bytes: Buffer) => boolean> = {
  png: (bytes) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')),
  jpeg: (bytes) => bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')),
  webp: (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
};

/** What is wrong with it; undefined when it is a picture that pages may show. */
export function faultOfLogo(url: string): string | undefined {
  const [, kind = '', base64 = ''] = /^data:image\/(png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})$/.exec(url) ?? [];
  if (!base64) return 'Send a PNG, JPEG or WebP as data:image/png;base64,…';
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > LOGO_BYTES) return `It has ${bytes.length} bytes; at most ${LOGO_BYTES} are taken.`;
  if (!KINDS[kind]?.(bytes)) return `This is no ${kind} file.`;
  return undefined;
}
