import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/**
 * Pages of the listed origins may use the API with a token or a key; never with our cookies, which belong to our own
 * pages. Preflights are answered here, before authentication, because browsers send them without credentials.
 */
export async function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await fastify.register(cors, {
    origin: [...origins],
    credentials: false,
    maxAge: 600,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Last-Event-ID',
      'Tidegate-Organisation',
      'traceparent',
    ],
    exposedHeaders: [
      'ETag',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'Trace-Id',
      'WWW-Authenticate',
    ],
  });
}
