import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { DynamicModule, INestApplication, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { commonProblem, malformedBody, type ProblemError } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import { newTrace } from '@tidegate/telemetry/trace';
import type { FastifyReply } from 'fastify';
import { cutStalledReaders } from './stalled-readers.ts';
import { trustedProxies } from './trust-proxy.ts';

/** Bodies larger than this are refused; with its envelope a message must stay below NATS's limit of 1 MiB. */
export const BODY_LIMIT_BYTES = 900 * 1024;

/** Connections whose request body may take longer than others; its reader bounds it. */
export const longBodies = new WeakSet<Socket>();

const headersTooLarge = commonProblem('headers_too_large', 431, 'The headers are too large');
const requestTimeout = commonProblem('request_timeout', 408, 'The request did not arrive in time');

/** The service answers errors and unknown paths itself, as problems: Nest's own handlers would come first. */
class EdgeAdapter extends FastifyAdapter {
  override setNotFoundHandler() {
    return this.getInstance();
  }
  override setErrorHandler() {
    return this.getInstance();
  }
}

/**
 * Nest on Fastify. The service mounts its routes before it listens, parses bodies itself, and stops without cutting
 * requests off (`PoliteEnd`): when the app closes, no request may be running.
 */
export async function createHttpApp(root: DynamicModule, options: NestApplicationOptions): Promise<INestApplication> {
  const { proxies, problem: wrong } = trustedProxies(process.env['TRUST_PROXY']);
  if (wrong) throw new Error(wrong);
  const adapter = new EdgeAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: true },
    trustProxy: proxies.length > 0 ? proxies : false,
    exposeHeadRoutes: false,
    logger: false,
    // No Nest middleware: its layer would cost every request a turn through it.
    skipMiddie: true,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    clientErrorHandler: refuseBytes,
    // A path that cannot be decoded, or a part of it that is longer than any id.
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      // No hook has run; like every answer it gets a trace id.
      const { traceId } = newTrace();
      const { status, document } = malformed('The path is malformed.');
      void reply.code(status).header('content-type', PROBLEM_TYPE).header('trace-id', traceId);
      void reply.send(JSON.stringify({ ...document, traceId }));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, { ...options, bodyParser: false });
  cutStalledReaders(app.getHttpServer() as Server);
  return app;
}

/** Contracts say what goes in and out. Fastify's own compilers would be loaded for nothing (2 MB). */
function noSchemas(): never {
  throw new Error('Routes have no schemas: a contract says what goes in and out.');
}

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const malformed = (detail: DetailOf<'malformed_body'>) => written(malformedBody({}, detail));
const written = (error: ProblemError) => ({ status: error.status, document: error.toDocument() });

/** Malformed HTTP is answered on the socket, and the connection ends. */
function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  // Logged once for a request; from here on nothing else handles it.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && longBodies.has(socket)) return;
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, document } =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? written(headersTooLarge({}, 'Send less than 16 kB of headers.'))
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? written(requestTimeout({}, 'Send the whole request within a minute.'))
        : malformed('This is not an HTTP request.');
  const body = JSON.stringify(document);
  const head = `HTTP/1.1 ${status} Refused\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`, () => socket.destroy());
}
