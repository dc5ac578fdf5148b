import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { RpcException } from '@nestjs/microservices';
import { conflict, forbidden, notFound, unauthenticated } from '@tidegate/contracts/kernel/problem';

/**
 * The last filter of every handler. Nest's own would turn everything that is thrown into a text; here problems go to
 * the caller, and faults to the code that retries the transaction, redelivers the event or logs them.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): never {
    throw error;
  }
}

/** Has to be provided before the filters of a service, so that those are asked first. */
export const problemFilter: Provider = { provide: APP_FILTER, useClass: ProblemFilter };

/** What Nest says when a guard answers false. */
const FORBIDDEN = 'Forbidden resource';
const BY_STATUS = new Map([unauthenticated, forbidden, notFound, conflict].map((make) => [make.status, make]));

/**
 * Turns what guards throw into a problem: that they returned false, or an HttpException where they were written for
 * HTTP.
 */
export function asProblem(error: unknown): unknown {
  if (error instanceof RpcException && error.message === FORBIDDEN) return forbidden();
  const make = error instanceof HttpException ? BY_STATUS.get(error.getStatus()) : undefined;
  // In the words of the guard, which are none of ours.
  return make ? make({}, (error as HttpException).message as never) : error;
}
