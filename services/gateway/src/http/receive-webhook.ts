import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  MAX_WEBHOOK_BYTES,
  receiveWebhook,
  WEBHOOK_MESSAGE_BYTES,
  webhookSignatureInvalid,
} from '@tidegate/contracts/billing/webhook';
import { bodyTooLarge, ProblemError, problemError } from '@tidegate/contracts/kernel/problem';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EdgeParts } from './edge-parts.ts';

/*
 * Stripe's events: the one body that is handed on as the bytes that came, because its signature is over them and only
 * billing has the secret. Nobody logs in for it. It is answered whatever others in the network did, and what is not signed
 * counts against the network, as with operations that are `judgedByInput`.
 */
export const WEBHOOK_PATH = '/api/v1/billing/webhook';
const pack = promisify(gzip);

export function mountWebhook(fastify: FastifyInstance, edge: EdgeParts): void {
  // By itself, so that no other path takes such bodies.
  void fastify.register(async (apart) => {
    apart.removeAllContentTypeParsers();
    apart.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    apart.post(
      WEBHOOK_PATH,
      {
        bodyLimit: MAX_WEBHOOK_BYTES,
        onRequest: async (request) => {
          request.principal = edge.access.anonymous(request.ip);
        },
      },
      (request, reply) => receive(request, reply, edge),
    );
  });
}

async function receive(request: FastifyRequest, reply: FastifyReply, edge: EdgeParts): Promise<FastifyReply> {
  const signature = request.headers['stripe-signature'];
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  try {
    if (typeof signature !== 'string') throw problemError(webhookSignatureInvalid, {}, 'There is no Stripe-Signature.');
    const compressed = body.length > WEBHOOK_MESSAGE_BYTES;
    const bytes = compressed ? await pack(body) : body;
    if (bytes.length > WEBHOOK_MESSAGE_BYTES) throw bodyTooLarge({ limitBytes: WEBHOOK_MESSAGE_BYTES });
    const answer = await edge.bus.call(receiveWebhook, { body: bytes.toString('base64'), compressed, signature });
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
  } catch (error) {
    if (error instanceof ProblemError && error.code === webhookSignatureInvalid.code)
      edge.limits.noteFailure(request.ip);
    throw error;
  }
}
