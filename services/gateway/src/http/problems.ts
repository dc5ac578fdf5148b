import {
  bodyTooLarge,
  internalError,
  malformedBody,
  ProblemError,
  unsupportedMediaType,
} from '@tidegate/contracts/kernel/problem';
import { BODY_LIMIT_BYTES } from '@tidegate/runtime/http-app';
import type { Log } from '@tidegate/telemetry/log';
import type { FastifyReply } from 'fastify';

/**
 * Turns whatever was thrown into a problem for the client. Our own errors are logged, and answered without their text.
 */
export function toProblem(error: unknown, log: Log, limitBytes = BODY_LIMIT_BYTES): ProblemError {
  if (error instanceof ProblemError) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return bodyTooLarge({ limitBytes }, `Send at most ${limitBytes} bytes.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType({}, 'Set the header Content-Type: application/json.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
      return malformedBody({}, 'The request is malformed.');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return malformedBody({}, 'The request is malformed.');
  }
  log.error({ error }, 'A request failed');
  return internalError();
}

export function sendProblem(reply: FastifyReply, problem: ProblemError): FastifyReply {
  const { request } = reply;
  request.problemCode = problem.code;
  const document = { ...problem.toDocument(), instance: request.url.split('?')[0], traceId: request.traceId };
  const retry = retryAfter(problem);
  if (retry !== undefined) void reply.header('retry-after', retry);
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer error="invalid_token"');
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(document));
}

/** Retry-After, for everything that could not be answered, also when nobody knows how long it will take. */
function retryAfter({ status, data }: ProblemError): string | undefined {
  const seconds = data['retryAfterSeconds'];
  if (typeof seconds === 'number') return String(seconds);
  return status === 503 || status === 504 ? '1' : undefined;
}
