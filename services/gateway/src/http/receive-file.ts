import {
  beginUpload,
  endFile,
  MAX_FILE_BYTES,
  PART_BYTES,
  putPart,
} from '@tidegate/contracts/bot-executor/candle-uploads';
import { bodyTooLarge, malformedBody, notFound, rateLimited } from '@tidegate/contracts/kernel/problem';
import { Id } from '@tidegate/contracts/kernel/types';
import { newId } from '@tidegate/database/ids';
import { longBodies } from '@tidegate/runtime/http-app';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../kernel/principal.ts';
import type { EdgeParts } from './edge-parts.ts';
import { persist } from './persist.ts';

/*
 * The one body that is not JSON and may be large: a file of candles. It is forwarded as it arrives, in parts that fit
 * into a message, each once the one before is stored. So no more than a part of a file is in memory, and TCP slows down
 * a client that sends faster than we can store. A part whose answer is lost is sent again, which changes nothing; after
 * a broken upload the client sends the file again.
 */
export const FILE_PATH = '/api/v1/candles/uploads/:uploadId/file';
/** At a time in this process: for one person, and in all. */
const MOST_OF_ONE = 2;
const MOST = 10;
/** For a part, and for all of it; every other body has a minute. */
const SILENCE_MS = 150_000;
const LONGEST_MS = 1_800_000;
const DRAIN_MS = 30_000;

export function mountFiles(fastify: FastifyInstance, edge: EdgeParts): void {
  const places = new Map<string, number>();
  let inAll = 0;
  // Registered apart, so that no other path accepts such bodies.
  void fastify.register(async (apart) => {
    apart.removeAllContentTypeParsers();
    apart.addContentTypeParser('*', (_request, _payload, done) => done(null));
    apart.put(
      FILE_PATH,
      {
        onRequest: async (request, reply) => {
          request.principal = await edge.admission.admit(beginUpload, request, reply);
        },
      },
      async (request, reply) => {
        const { caller } = request.principal as Principal;
        const who = caller.userId ?? caller.orgId ?? '';
        const mine = places.get(who) ?? 0;
        try {
          if (mine >= MOST_OF_ONE || inAll >= MOST)
            throw rateLimited(
              { retryAfterSeconds: 10 },
              'This many files are already being received. Wait for one of them.',
            );
          places.set(who, mine + 1);
          inAll += 1;
          try {
            return await receive(request, reply, edge);
          } finally {
            inAll -= 1;
            const left = (places.get(who) ?? 1) - 1;
            if (left === 0) places.delete(who);
            else places.set(who, left);
          }
        } catch (error) {
          // The rest is discarded for a while, so that the client can read the answer.
          const end = setTimeout(() => request.raw.destroy(), DRAIN_MS);
          request.raw.once('close', () => clearTimeout(end)).resume();
          throw request.raw.errored ? malformedBody({}, 'The upload broke off. Send the file again.') : error;
        }
      },
    );
  });
}

async function receive(request: FastifyRequest, reply: FastifyReply, edge: EdgeParts): Promise<FastifyReply> {
  const { uploadId } = request.params as { uploadId: string };
  if (!Id.safeParse(uploadId).success) throw notFound();
  if (Number(request.headers['content-length'] ?? 0) > MAX_FILE_BYTES) throw tooLarge();
  const to = { orgId: (request.principal as Principal).caller.orgId as string };
  const which = { uploadId, attempt: newId() };
  let parts = 0;
  const { socket } = request.raw;
  longBodies.add(socket);
  const cut = () => request.raw.destroy(new Error('The file did not arrive in time.'));
  const [silence, longest] = [setTimeout(cut, SILENCE_MS), setTimeout(cut, LONGEST_MS)];
  try {
    for await (const piece of piecesOf(request.raw.iterator({ destroyOnReturn: false }))) {
      const data = piece.toString('base64');
      const number = parts++;
      await persist(() => edge.bus.call(putPart, { ...which, number, data }, to));
      silence.refresh();
    }
  } finally {
    longBodies.delete(socket);
    clearTimeout(silence);
    clearTimeout(longest);
  }
  const upload = await persist(() => edge.bus.call(endFile, { ...which, parts }, to));
  return reply.code(202).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(upload));
}

/** The body in pieces of the size of a part, the last one smaller. */
async function* piecesOf(body: AsyncIterableIterator<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let [size, all] = [0, 0];
  for await (const chunk of body) {
    all += chunk.length;
    if (all > MAX_FILE_BYTES) throw tooLarge();
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + PART_BYTES - size);
      held.push(part);
      from += part.length;
      size += part.length;
      if (size < PART_BYTES) continue;
      yield Buffer.concat(held);
      [held, size] = [[], 0];
    }
  }
  if (size > 0) yield Buffer.concat(held);
}

const tooLarge = () =>
  bodyTooLarge(
    { limitBytes: MAX_FILE_BYTES },
    `Send at most ${MAX_FILE_BYTES >> 20} MiB: compress it, or send several.`,
  );
