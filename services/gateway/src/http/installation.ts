import { Inject, Injectable } from '@nestjs/common';
import type { installation } from '@tidegate/contracts/gateway/installation';
import type { Output } from '@tidegate/contracts/kernel/operation';
import { VERSION } from '@tidegate/contracts/kernel/version';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import type { FastifyRequest } from 'fastify';
import { addressOf, needsPlainCookies } from '../access/own-origin.rules.ts';
import { GatewayConfig } from '../gateway.config.ts';

/** What a page needs to know before anybody has logged in. */
@Injectable()
export class Installation {
  private readonly name: string;
  private readonly publicUrl: string;
  private readonly email: boolean;
  private readonly plainCookies: boolean;

  constructor(@Inject(SETTINGS) settings: Settings, config: GatewayConfig) {
    this.name = config.INSTALLATION_NAME;
    this.publicUrl = settings.publicUrl;
    this.email = config.SMTP_HOST !== undefined;
    this.plainCookies = config.ALLOW_INSECURE;
  }

  describe(request: FastifyRequest): Output<typeof installation> {
    const address = addressOf(request.organisationHost, this.publicUrl);
    return {
      name: this.name,
      version: VERSION,
      publicUrl: this.publicUrl,
      signUp: 'open',
      logInMethods: ['password'],
      email: this.email,
      sessionCookies: this.plainCookies || !needsPlainCookies(request.headers, request.protocol, address),
      organisationId: request.organisationHost?.orgId ?? null,
    };
  }
}
