import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { hasSecrets } from '@tidegate/messaging/secrets';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Coding, codingOf } from './content-coding.rules.ts';

/*
 * What operations answer, compressed where it gains. The length of a compressed answer tells about its content: whoever can choose a
 * part of it and sees the lengths guesses the rest (BREACH). So never compressed are answers with a secret, answers to writes, which repeat
 * what was sent, problems, and what another site's page made a browser ask for, whose cookies come along. Weak tags stay the same.
 */
const MIN_BYTES = 1_024;
/** Of 0 to 11: above it costs more time than it saves on the way. */
const BROTLI_QUALITY = 4;
const compressors = { br: promisify(brotliCompress), gzip: promisify(gzip) };

/** Files are compressed within. */
export const mayBeCompressed = ({ http, output, file }: Operation): boolean =>
  http?.[0] === 'GET' && !file && !hasSecrets(output);

type Compress = (text: string | Buffer, coding: Coding) => Promise<Buffer>;

const compress: Compress = (text, coding) => {
  const options = coding === 'br' ? { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } } : {};
  return compressors[coding](text, options);
};

const sendingBy =
  (by: Compress) =>
  async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> => {
    varyBy(reply, 'accept-encoding');
    const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (!isText || reply.statusCode !== 200 || request.method === 'HEAD') return payload;
    if (Buffer.byteLength(payload) < MIN_BYTES || isFromElsewhere(request)) return payload;
    const coding = codingOf(request.headers['accept-encoding'] as string | undefined);
    if (!coding) return payload;
    const compressed = await by(payload, coding);
    void reply.header('content-encoding', coding).removeHeader('content-length');
    return compressed;
  };

/** A route's `onSend`. */
export const compressAnswer = sendingBy(compress);

/** The same for a route that answers everybody the same text, without a limit: it is compressed at the first request. */
export function compressOnce(): typeof compressAnswer {
  const made = new Map<Coding, Promise<Buffer>>();
  return sendingBy((text, coding) => {
    const known = made.get(coding) ?? compress(text, coding);
    made.set(coding, known);
    return known;
  });
}

/** Besides what the answer depends on already. */
export function varyBy(reply: FastifyReply, header: string): void {
  const before = reply.getHeader('vary');
  void reply.header('vary', before ? `${String(before)}, ${header}` : header);
}

/** A browser says who asked; a program has no cookies that somebody else could use. */
function isFromElsewhere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin';
}
