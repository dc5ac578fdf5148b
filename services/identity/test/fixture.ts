import { entitlementsOf } from '@tidegate/testing/entitlements';
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamicModule, type INestApplicationContext, type InjectionToken, Module } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import type { Entitlements as Snapshot } from '@tidegate/contracts/billing/entitlements';
import { listPlans } from '@tidegate/contracts/billing/plans';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { register, requestRegistration, type Session } from '@tidegate/contracts/identity/sessions';
import { getJwks } from '@tidegate/contracts/identity/tokens';
import { ANONYMOUS, type Caller } from '@tidegate/contracts/kernel/caller';
import type { Input, Operation, Output } from '@tidegate/contracts/kernel/operation';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { type AccountMailKind, sendAccountMail } from '@tidegate/contracts/notifier/account-mails';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import { SETTINGS } from '@tidegate/runtime/host';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { closing } from '@tidegate/testing/closing';
import { testDatabase } from '@tidegate/testing/database';
import { Vault } from '@tidegate/vault/vault';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { CreateAdmin } from '../src/accounts/create-admin.ts';
import { IdentityConfig } from '../src/identity.config.ts';
import { IdentityModule } from '../src/identity.module.ts';
import { SendAccountMails } from '../src/mails/send-account-mails.loop.ts';

const root = (path: string) => join(__dirname, '../../..', path);
export const PUBLIC_URL = 'https://tidegate.test';
export const PASSWORD = 'correct horse battery staple';
const FOLDERS = [
  'libs/database/migrations',
  'libs/messaging/migrations',
  'libs/vault/migrations',
  'libs/entitlements/migrations',
  'services/identity/migrations',
];

const plan = (key: string, isDefault: boolean, amountMinor: number) => ({
  product: 'main',
  plan: key,
  version: 1,
  name: key,
  description: '',
  isDefault,
  offered: true,
  approval: false,
  trial: null,
  seats: null,
  prices: [{ currency: 'EUR', interval: 'month', amountMinor }],
  setup: [],
  revenueShare: null,
  features: {},
});
const PLANS = {
  catalogueVersion: 1,
  currency: 'EUR',
  features: [],
  products: [
    {
      product: 'main',
      name: 'Main',
      description: '',
      defaultPlan: 'free',
      plans: [plan('free', true, 0), plan('pro', false, 2_900)],
      addons: [],
    },
  ],
  packages: [],
};

/** Billing's answer: every organisation has these counted features. */
function snapshotOf(orgId: string, limits: Record<string, number>): Snapshot {
  const features = Object.entries(limits).map(([key, limit]) => [key, { kind: 'counted' as const, limit }]);
  return entitlementsOf({ orgId, features: Object.fromEntries(features) });
}

type Provided = { provide: InjectionToken; useValue: unknown }[];

function moduleOf(providers: Provided): DynamicModule {
  const exported = providers.map((provider) => provider.provide);
  const platform: DynamicModule = { module: class PlatformModule {}, global: true, providers, exports: exported };
  const whole: DynamicModule = { module: class RootModule {}, imports: [platform, IdentityModule] };
  Module({})(platform.module);
  Module({})(whole.module);
  return whole;
}

function instancesOf(app: INestApplicationContext): object[] {
  const modules = [...app.get(ModulesContainer).values()];
  const found = modules.flatMap((module) =>
    [...module.providers.values(), ...module.controllers.values()].map((wrapper) => wrapper.instance),
  );
  return [...new Set(found.filter((one): one is object => typeof one === 'object' && one !== null))];
}

/** The whole identity service on a database of its own, without the bus: its module, handlers and start hooks. */
export async function openIdentity({
  limits = { seats: 3, api_keys: 2 } as Record<string, number>,
  mail = false,
  /** A name server for the records of domains. */
  dns = undefined as string | undefined,
  /** Whether everybody may look at the demo; as in development when it is not given. */
  demoForEverybody = undefined as boolean | undefined,
} = {}) {
  const database = await testDatabase({ schema: 'identity', folders: FOLDERS.map(root) });
  const dataSource = await connectDatabase(database.login);
  const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-identity-'));
  const adminPasswordFile = join(dataDir, 'admin-password');
  const tenants = new TenantDatabase(dataSource);
  const outbox = new Outbox('identity', () => {});
  /** What was handed to the notifier, in order. */
  const mailServer = { mails: [] as Input<typeof sendAccountMail>[], down: false };
  const bus = {
    call: async (operation: Operation, input: unknown, { orgId = '' }: { orgId?: string } = {}) => {
      operation.input.parse(input);
      if (operation === sendAccountMail) {
        if (mailServer.down) throw unavailable();
        mailServer.mails.push(input as Input<typeof sendAccountMail>);
        return { outcome: 'sent' };
      }
      return operation.output.parse(operation === listPlans ? PLANS : snapshotOf(orgId, limits));
    },
  };
  const masterKey = randomBytes(32).toString('base64');
  const vault = new Vault(() => [masterKey]);
  await vault.prepare(tenants);
  const app = await NestFactory.createApplicationContext(
    moduleOf([
      { provide: SETTINGS, useValue: { publicUrl: PUBLIC_URL, adminPasswordFile, production: false } },
      {
        provide: IdentityConfig,
        useValue: new IdentityConfig(
          IdentityConfig.schema.parse({
            ...(mail ? { SMTP_HOST: 'mail.test' } : {}),
            ...(dns ? { DNS_SERVERS: dns } : {}),
            ...(demoForEverybody === undefined ? {} : { DEMO_FOR_EVERYBODY: String(demoForEverybody) }),
          }),
        ),
      },
      { provide: Log, useValue: new Log({ service: 'identity' }) },
      { provide: Bus, useValue: bus },
      { provide: TenantDatabase, useValue: tenants },
      { provide: Outbox, useValue: outbox },
      { provide: Vault, useValue: vault },
      { provide: Wakes, useValue: { wake: () => {} } },
    ]),
    { logger: ['error', 'fatal'], abortOnError: false },
  );
  const instances = instancesOf(app);
  const handlers = instances.flatMap(operationHandlers);
  const runner = new OperationRunner(tenants, outbox, (operation) =>
    handlers.find((one) => one.operation === operation),
  );

  /** Runs an operation as it runs in the service: scope, input, transaction and output checked. */
  async function call<Op extends Operation>(operation: Op, input: unknown, caller: Caller = ANONYMOUS, key?: string) {
    const found = handlers.find((one) => one.operation === operation);
    if (!found) throw new Error(`No handler of ${operation.name}.`);
    return (await runner.run(found, { caller, input, key, deadline: performance.now() + 60_000 })) as Output<Op>;
  }

  /** The caller that the gateway derives from an access token with the published keys. */
  async function callerOf({ accessToken }: { accessToken: string }): Promise<Caller> {
    const { keys } = await call(getJwks, {});
    const options = { issuer: PUBLIC_URL, audience: 'tidegate', typ: 'at+jwt', algorithms: ['ES256'] };
    const { payload } = await jwtVerify(accessToken, createLocalJWKSet({ keys: keys as never }), options);
    const { org, role, sid } = payload as { org?: string; role?: Role; sid: string };
    const scopes = [...(role ? ROLE_SCOPES[role] : []), ...(payload['operator'] ? ['operator'] : [])];
    const base: Caller = { kind: 'user', userId: payload.sub as string, sessionId: sid, scopes };
    return org && role ? { ...base, orgId: org, role } : base;
  }

  /** Where e-mail is sent, an account begins with the token of a mail. */
  async function provenAddress(email: string) {
    if (!mail) return { email };
    await call(requestRegistration, { email });
    return { token: (await mailTo(email, 'register'))?.token as string };
  }

  /** As an account from before addresses had to be proven, or from when no e-mail was sent. */
  async function newUnverified(email?: string) {
    const user = await newUser(email);
    await tenants.as({}, (tx) => tx.query('update users set email_verified_at = null where id = $1', [user.userId]));
    return user;
  }

  async function newUser(email = `${newId()}@example.com`) {
    const session: Session = await call(register, { ...(await provenAddress(email)), password: PASSWORD, name: 'Ada' });
    const caller = await callerOf(session);
    return { email, session, caller, userId: session.user.id, orgId: caller.orgId as string };
  }

  /** Bodies of the events of one type, in order. */
  async function emitted({ subject }: { subject: string }): Promise<Record<string, unknown>[]> {
    const rows = await tenants.as({}, (tx) =>
      tx.query<{ body: string }>('select body from outbox where subject = $1 order by id', [subject]),
    );
    return rows.map((row) => JSON.parse(row.body));
  }

  const close = closing(async () => {
    await app.close();
    await dataSource.destroy();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  /** Sends what waits, due or not; returns the newest mail of the kind to the address. */
  async function mailTo(address: string, kind: AccountMailKind) {
    await tenants.as({}, (tx) => tx.query('update account_mails set due_at = now()'));
    const { signal } = new AbortController();
    while ((await app.get(SendAccountMails).turn({ signal })) === 'again');
    return mailServer.mails.findLast((one) => one.to === address && one.kind === kind);
  }
  return {
    app,
    tenants,
    outbox,
    call,
    callerOf,
    newUser,
    newUnverified,
    provenAddress,
    emitted,
    /** What else a start does. */
    start: () => app.get(CreateAdmin).onApplicationBootstrap(),
    adminPasswordFile,
    close,
    limits,
    mailServer,
    mailTo,
  };
}
export type Fixture = Awaited<ReturnType<typeof openIdentity>>;
