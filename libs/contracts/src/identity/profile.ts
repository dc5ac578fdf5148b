import { z } from 'zod';
import { OwnEntitlements } from '../billing/entitlements.ts';
import { ONESELF } from '../kernel/audit.ts';
import { Locale } from '../kernel/locale.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { Id, IsDemo, page, pageQuery, sortQuery, Timestamp } from '../kernel/types.ts';
import { DemoUntil } from './organisations.ts';
import { Role } from './roles.ts';
import { User } from './sessions.ts';
import { Theme as OrganisationTheme } from './themes.ts';

/** A name of the IANA database, which every runtime of JavaScript knows. */
const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'a time zone of the IANA database, such as Europe/Berlin')
  .meta({ description: 'Time zone', examples: ['Europe/Berlin'] });
const Theme = z.enum(['auto', 'light', 'dark']).meta({ description: 'Colours of the console' });

export const Profile = User.extend({
  locale: Locale.nullable().meta({ description: 'Language of mails and console; null: not chosen' }),
  timeZone: z.string().nullable().meta({ description: 'null: the browser’s' }),
  theme: Theme.nullable().meta({ description: 'null: not chosen' }),
}).meta({ id: 'Profile' });
export type Profile = z.infer<typeof Profile>;

const OwnOrganisation = z.object({ id: Id, name: z.string(), role: Role, demo: IsDemo, demoUntil: DemoUntil });

/** Of the logo in `me`: a larger one is not sent with every page, and asked for by itself. */
export const LOGO_BYTES_HERE = 16_384;

/** What stands around every page of an organisation. */
const OrganisationHere = OwnOrganisation.extend({
  role: Role.nullable().meta({ description: 'null: an API key, which has scopes of its own' }),
  theme: OrganisationTheme.nullable().meta({
    description:
      `How its pages look; null: its logo has more than ${LOGO_BYTES_HERE} characters, and ` +
      'GET /api/v1/themes/{organisationId} has it',
  }),
  entitlements: OwnEntitlements.pick({ version: true, plans: true, features: true })
    .nullable()
    .meta({
      description:
        'What it may do, without what more there is to have, which GET /api/v1/entitlements shows; null: not known here ' +
        'yet, or the caller may not read it (`billing:read`). It is no reason to refuse anything',
    }),
}).meta({ id: 'OrganisationHere' });

export const me = operation({
  service: 'identity',
  name: 'accounts.me',
  http: ['GET', '/api/v1/me'],
  scope: 'self',
  summary: 'Who am I, where may I go, and what stands around a page there: all that a program needs to begin',
  description:
    'Answered from what identity itself has stored, so it says who somebody is also while billing or usage are away. ' +
    'What could not be had is null, and has an operation of its own.',
  input: z.strictObject({}),
  output: z
    .object({
      user: Profile,
      organisations: z
        .array(OwnOrganisation)
        .meta({ description: 'The first 200; GET /api/v1/organisations has them all' }),
      demo: OwnOrganisation.nullable().meta({
        description:
          'The demo of the installation, which everybody may look at without being a member; null where there is none, or ' +
          'it is among `organisations`',
      }),
      organisationId: Id.nullable(),
      scopes: z
        .array(z.string())
        .meta({ description: 'What the caller may do in the organisation of `organisationId`' }),
      organisation: OrganisationHere.nullable().meta({
        description:
          'Where this request acts: as the header `Tidegate-Organisation` says, or the session; null: nowhere, the person ' +
          'has no organisation',
      }),
      installation: z.object({
        name: z.string().meta({ description: 'How the operator calls it' }),
        confined: z.boolean().meta({
          description: 'The address of this request is a domain of the organisation, where no other one is shown',
        }),
      }),
      serverTime: Timestamp.meta({ description: 'When it was answered: what clocks are compared with' }),
    })
    .meta({ id: 'Me' }),
});

export const updateMe = operation({
  service: 'identity',
  name: 'accounts.update-me',
  http: ['PATCH', '/api/v1/me'],
  scope: 'self',
  summary: 'Change your name, language, time zone or theme',
  description: 'What is left out stays; null takes a choice back.',
  audit: ONESELF,
  input: z.strictObject({
    name: Name.optional(),
    locale: Locale.nullable().optional().meta({ description: 'Language of mails and console' }),
    timeZone: TimeZone.nullable().optional().meta({ description: 'Time zone of dates' }),
    theme: Theme.nullable().optional().meta({ description: 'Colours of the console' }),
  }),
  output: Profile,
});

export const AccountEventKind = z
  .enum([
    'account.created',
    'password.changed',
    'password.reset',
    'email.verified',
    'email.changed',
    'email.change_undone',
    'sessions.ended',
    'operator.link_made',
    'operator.password_set',
  ])
  .meta({ id: 'AccountEventKind' });
export type AccountEventKind = z.infer<typeof AccountEventKind>;

export const AccountEvent = z
  .object({
    id: Id,
    at: Timestamp,
    kind: AccountEventKind,
    address: z.string().nullable().meta({ description: 'From which address it was done' }),
    detail: z.string().nullable().meta({ description: 'Such as the purpose of a link' }),
  })
  .meta({ id: 'AccountEvent' });

export const listAccountEvents = operation({
  service: 'identity',
  name: 'accounts.events',
  http: ['GET', '/api/v1/me/events'],
  scope: 'self',
  summary: 'What was done to your account, by you or an operator, newest first or in another order',
  description: 'The last 200, for a year.',
  input: z.strictObject({ ...pageQuery, ...sortQuery(['at', 'kind'], '-at') }),
  output: page(AccountEvent).meta({ id: 'AccountEvents' }),
});

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
