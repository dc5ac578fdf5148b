import { z } from 'zod';
import { ONESELF } from '../kernel/audit.ts';
import { Locale } from '../kernel/locale.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { Id, IsDemo, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { DemoUntil } from './organisations.ts';
import { Role } from './roles.ts';
import { User } from './sessions.ts';

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

export const me = operation({
  service: 'identity',
  name: 'accounts.me',
  http: ['GET', '/api/v1/me'],
  scope: 'self',
  summary: 'Who am I, and where may I go',
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
      scopes: z.array(z.string()),
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
  summary: 'What was done to your account, by you or an operator, newest first',
  description: 'The last 200, for a year.',
  input: z.strictObject(pageQuery),
  output: page(AccountEvent).meta({ id: 'AccountEvents' }),
});

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
