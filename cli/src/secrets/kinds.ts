import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import {
  BUS_MEMBERS,
  encryptionKeyName,
  natsNames,
  SEALING_SERVICES,
  sealingNames,
  variablePrefix,
} from '@tidegate/runtime/secrets-file';

/** What is rotated together, how often, and by what. */
export interface Kind {
  name: string;
  what: string;
  /** The variables that hold it. */
  variables: readonly string[];
  /** It should be changed after so many days. */
  days: number;
  /** The one before counts until `secrets retire`, for whoever still has it. */
  overlaps?: true;
  /** Stored in the database and changed by the service itself. */
  byItself?: true;
}

export const databaseVariable = (service: string): string => `${variablePrefix(service)}_DATABASE_PASSWORD`;
export const WITH_DATABASE = SERVICE_NAMES.filter((service) => service !== 'gateway');

export const KINDS: readonly Kind[] = [
  {
    name: 'master-keys',
    what: 'wrap the keys of secrets at rest',
    variables: SEALING_SERVICES.map(encryptionKeyName),
    days: 365,
  },
  { name: 'signing-keys', what: 'sign access tokens', variables: [], days: 31, byItself: true },
  {
    name: 'database',
    what: 'passwords of the services’ roles in PostgreSQL',
    variables: WITH_DATABASE.map(databaseVariable),
    days: 180,
  },
  {
    name: 'superuser',
    what: 'password of the embedded PostgreSQL’s administrator',
    variables: ['POSTGRES_PASSWORD'],
    days: 180,
  },
  {
    name: 'monitoring',
    what: 'password of the role that watches the embedded PostgreSQL',
    variables: ['MONITOR_PLATFORM_PASSWORD'],
    days: 180,
  },
  {
    name: 'nats',
    what: 'logins of the services at nats-server',
    variables: BUS_MEMBERS.map((member) => natsNames(member)[1]),
    days: 180,
  },
  {
    name: 'caller',
    what: 'signs who a call is made for, seals cookies of organisations’ domains',
    variables: ['CALLER_SECRET'],
    days: 90,
    overlaps: true,
  },
  {
    name: 'sealing',
    what: 'seal secrets on their way between services',
    variables: BUS_MEMBERS.flatMap((member) => sealingNames(member)),
    days: 180,
    overlaps: true,
  },
  { name: 'metrics', what: 'token of Prometheus', variables: ['METRICS_TOKEN'], days: 180, overlaps: true },
];

const DAY_MS = 86_400_000;

/** In whole days, negative when it is due for so long. */
export const daysLeft = ({ days }: Pick<Kind, 'days'>, since: number, now: number): number =>
  Math.floor((since + days * DAY_MS - now) / DAY_MS);
