import type { DynamicModule, INestApplication, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** Bodies larger than this are refused; with its envelope a message must stay below NATS's limit of 1 MiB. */
export const BODY_LIMIT_BYTES = 900 * 1024;

/** The service answers errors and unknown paths itself, as problems: Nest's own handlers would come first. */
class EdgeAdapter extends FastifyAdapter {
  override setNotFoundHandler() {
    return this.getInstance();
  }
  override setErrorHandler() {
    return this.getInstance();
  }
}

/** Nest on Fastify. The service mounts its routes itself before it listens; parsing of bodies is its own affair. */
export async function createHttpApp(root: DynamicModule, options: NestApplicationOptions): Promise<INestApplication> {
  const adapter = new EdgeAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 60_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false },
    trustProxy: process.env['TRUST_PROXY'] ? process.env['TRUST_PROXY'].split(',') : false,
    exposeHeadRoutes: false,
    logger: false,
    // No Nest middleware: its layer would cost every request a turn through it.
    skipMiddie: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, { ...options, bodyParser: false });
  return app;
}
