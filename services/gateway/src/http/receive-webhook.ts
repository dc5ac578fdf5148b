import { MAX_WEBHOOK_BYTES, receiveWebhook, webhookSignatureInvalid } from '@tidegate/contracts/billing/webhook';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EdgeParts } from './edge-parts.ts';
import { WebhookDoor } from './webhook-door.ts';

/*
 * Stripe's events: the one body that is handed on as the bytes that came, because its signature is over them and only
 * billing has the secret. Nobody logs in for it, so what can be told without the secret is judged before a byte of it is read.
 * What is not signed counts against its network, as with operations that are `judgedByInput`; a network that sent many of
 * those is still heard, one at a time.
 */
export const WEBHOOK_PATH = '/api/v1/billing/webhook';
/** It is sent in one go. A body that trickles in holds a place that another could have. */
const ARRIVES_MS = 10_000;

export function mountWebhook(fastify: FastifyInstance, edge: EdgeParts): void {
  const door = new WebhookDoor();
  // By itself, so that no other path takes such bodies.
  void fastify.register(async (apart) => {
    apart.removeAllContentTypeParsers();
    apart.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    apart.post(
      WEBHOOK_PATH,
      {
        bodyLimit: MAX_WEBHOOK_BYTES,
        onRequest: async (request, reply) => {
          request.principal = edge.access.anonymous(request.ip);
          admit(request, reply, edge, door);
        },
      },
      (request, reply) => receive(request, reply, edge, door),
    );
  });
}

function admit({ raw, headers, ip }: FastifyRequest, reply: FastifyReply, edge: EdgeParts, door: WebhookDoor): void {
  try {
    const network = edge.limits.networkOf(ip);
    const leave = door.enter(network, headers['stripe-signature'], edge.limits.hasFailedOften(ip));
    const cut = setTimeout(() => raw.complete || raw.destroy(), ARRIVES_MS);
    reply.raw.once('close', () => {
      clearTimeout(cut);
      leave();
    });
  } catch (error) {
    note(error, ip, edge);
    throw error;
  }
}

async function receive(
  { headers, body, ip }: FastifyRequest,
  reply: FastifyReply,
  edge: EdgeParts,
  door: WebhookDoor,
): Promise<FastifyReply> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  try {
    const signature = headers['stripe-signature'] as string;
    const answer = await edge.bus.call(receiveWebhook, { body: bytes.toString('base64'), signature });
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
  } catch (error) {
    note(error, ip, edge);
    if (error instanceof ProblemError) door.refused(error);
    throw error;
  }
}

function note(error: unknown, ip: string, { limits }: EdgeParts): void {
  if (error instanceof ProblemError && error.code === webhookSignatureInvalid.code) limits.noteFailure(ip);
}
