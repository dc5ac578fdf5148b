import { z } from 'zod';
import { restricted } from '../billing/restrictions.ts';
import { notAudited } from '../kernel/audit.ts';
import { event } from '../kernel/event.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { planLimitReached, problem } from '../kernel/problem.ts';
import { Empty, Id, PLAIN_TEXT, secret, Timestamp } from '../kernel/types.ts';
import { ServerCheck } from './server-check.ts';

/** Control characters end up in logs and in the wire protocol's zero-terminated strings: refused everywhere. */
const plain = (max: number, what: string) => z.string().trim().min(1, what).max(max).regex(PLAIN_TEXT, what);

/** Host, port and so on are separate fields; a connection URL could smuggle in local files and options. */
const Host = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[^\s/@\\?#]+$/, 'a host name or an IP address alone: no URL, path, socket, user or port')
  .meta({ id: 'ServerHost', description: 'Host name or IP address', examples: ['db.example.com'] });
const Port = z.int().min(1).max(65_535).meta({ description: 'Port of PostgreSQL, or of a pooler in session mode' });
const User = plain(63, 'the name of a role').meta({ description: 'Role to log in as', examples: ['tidegate'] });
const Password = secret(z.string().min(1).max(1_000)).meta({ description: 'Password of the role' });

export const TlsMode = z.enum(['disable', 'require', 'verify-ca', 'verify-full']).meta({
  id: 'TlsMode',
  description:
    'verify-full (the default) checks the certificate and the host name; verify-ca only the certificate; require ' +
    'encrypts without checking the server’s identity; disable does not encrypt. For a loopback address the default is disable.',
});
export type TlsMode = z.infer<typeof TlsMode>;

const tlsCa = z
  .string()
  .max(65_536)
  .regex(/^\s*-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/, 'one or more certificates in PEM form')
  .meta({ description: 'Certificate authority to trust for this server, as PEM text; absent: the well-known ones' });

const tlsCert = secret(
  z
    .string()
    .max(65_536)
    .regex(
      /^\s*-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/,
      'one or more certificates in PEM form: text that begins with -----BEGIN CERTIFICATE-----',
    ),
).meta({
  description:
    'Client certificate of the role as PEM text (sslcert), those between it and its authority behind it; write-only. ' +
    'It is shown to a server that asks for one (cert, or clientcert= in pg_hba.conf) and needs tlsKey',
  examples: ['-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n'],
});
const tlsKey = secret(
  z
    .string()
    .max(32_768)
    .regex(
      /^\s*-----BEGIN ([A-Z]+ )?PRIVATE KEY-----[\s\S]+-----END ([A-Z]+ )?PRIVATE KEY-----\s*$/,
      'a private key in PEM form: text that begins with -----BEGIN PRIVATE KEY-----, or the like',
    ),
).meta({
  description: 'Private key of the client certificate as PEM text (sslkey); write-only',
  examples: ['-----BEGIN PRIVATE KEY-----\nMIGH…\n-----END PRIVATE KEY-----\n'],
});
const tlsKeyPassphrase = secret(z.string().min(1).max(1_000)).meta({
  description: 'Passphrase of tlsKey, where that is encrypted; used once, and not stored',
});

/** Where a server is and who logs in. */
export const ConnectionFields = {
  host: Host,
  port: Port.default(5432),
  database: plain(63, 'the name of a database').default('postgres').meta({
    description: 'The database to connect to: its tables and indexes are watched, and pg_stat_statements lives in it',
  }),
  user: User,
  password: Password.optional().meta({
    description: 'Password of the role; may be left out where a client certificate is enough (cert in pg_hba.conf)',
  }),
  tlsMode: TlsMode.optional(),
  tlsCa: tlsCa.optional(),
  tlsCert: tlsCert.optional(),
  tlsKey: tlsKey.optional(),
  tlsKeyPassphrase: tlsKeyPassphrase.optional(),
};

export const NewServer = z.strictObject({ name: Name, ...ConnectionFields }).meta({ id: 'NewServer' });
export type NewServer = z.infer<typeof NewServer>;

export const ServerState = z.enum(['pending', 'ok', 'unreachable', 'paused']).meta({ id: 'ServerState' });
export type ServerState = z.infer<typeof ServerState>;

export const Server = z
  .object({
    id: Id,
    name: z.string(),
    host: z.string(),
    port: z.int(),
    database: z.string(),
    user: z.string(),
    tlsMode: TlsMode,
    tlsCa: z.string().nullable(),
    tlsCertValidUntil: Timestamp.nullable().meta({
      description: 'When the client certificate of the role, or one of its chain, ends; null: there is none',
    }),
    platform: z.boolean().meta({ description: 'The database that this installation itself runs on' }),
    state: ServerState,
    stateSince: Timestamp,
    restricted: restricted.meta({
      description:
        'Why nothing is collected from it: the plan allows fewer servers, or is read-only. What was collected can be ' +
        'read, and collecting goes on by itself when the plan allows it again. null: it is in full use',
    }),
    failure: z
      .object({ code: z.string(), what: z.string() })
      .nullable()
      .meta({ description: 'Why the last attempt failed and what to do; null when it did not' }),
    missing: z.array(ServerCheck).meta({
      description:
        'What is not collected, since when, why, and the SQL that fixes it: checks of the last report with severity ' +
        'error or warning, and every query that failed twice in a row',
    }),
    version: z
      .string()
      .nullable()
      .meta({ examples: ['18.1'] }),
    lastCollectedAt: Timestamp.nullable(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Server' });
export type Server = z.infer<typeof Server>;

export const ServerPatch = z
  .strictObject({
    serverId: Id,
    name: Name.optional(),
    host: Host.optional(),
    port: Port.optional(),
    database: plain(63, 'the name of a database').optional().meta({ description: 'The database to connect to' }),
    user: User.optional(),
    password: Password.nullable()
      .optional()
      .meta({
        description:
          'Required whenever host, port, user or TLS change: a stored password is never sent elsewhere. null: log in ' +
          'by the client certificate alone',
      }),
    tlsMode: TlsMode.optional(),
    tlsCa: tlsCa.nullable().optional().meta({ description: 'null: back to the well-known authorities' }),
    tlsCert: tlsCert.nullable().optional().meta({
      description:
        'A new client certificate, with its tlsKey; null: removes it. Required in the same cases as the password',
    }),
    tlsKey: tlsKey.optional(),
    tlsKeyPassphrase: tlsKeyPassphrase.optional(),
    paused: z.boolean().optional().meta({ description: 'true: nothing is collected until it is resumed' }),
  })
  .meta({ id: 'ServerPatch' });
export type ServerPatch = z.infer<typeof ServerPatch>;

export const serverNameTaken = problem('server_name_taken', 409, 'Another server has this name');
export const noPlatformDatabase = problem(
  'no_platform_database',
  409,
  'This installation does not offer its own database for monitoring',
);

export const createServer = operation({
  service: 'monitor-agent',
  name: 'servers.create',
  http: ['POST', '/api/v1/servers'],
  scope: 'servers:write',
  summary: 'Watch a PostgreSQL server',
  description:
    'Collection starts at once; first figures show within half a minute. Whether it works is the server’s `state`. ' +
    'POST /api/v1/servers/test shows in advance what is missing.',
  audit: { thing: 'server', shows: ['name', 'host', 'port', 'database', 'user', 'tlsMode'] },
  input: NewServer,
  output: Server,
  errors: [planLimitReached, serverNameTaken],
  limit: 'servers',
});

export const addPlatformServer = operation({
  service: 'monitor-agent',
  name: 'servers.add-platform',
  http: ['POST', '/api/v1/servers/platform'],
  // Its statements are those of all organisations, so it is only for operators.
  scope: 'operator',
  summary: 'Watch the database that this installation itself runs on',
  description:
    'For operators. The first organisation has it from the start; it does not count against the plan. Returns the ' +
    'existing server when it is already watched.',
  audit: notAudited('the installation’s own database, which only operators see'),
  input: z.strictObject({}),
  output: Server,
  errors: [noPlatformDatabase, serverNameTaken],
});

export const getServer = operation({
  service: 'monitor-agent',
  name: 'servers.get',
  http: ['GET', '/api/v1/servers/{serverId}'],
  scope: 'servers:read',
  summary: 'One watched server',
  input: z.strictObject({ serverId: Id }),
  output: Server,
});

export const updateServer = operation({
  service: 'monitor-agent',
  name: 'servers.update',
  http: ['PATCH', '/api/v1/servers/{serverId}'],
  scope: 'servers:write',
  summary: 'Change, pause or resume a server',
  audit: {
    thing: 'server',
    id: 'serverId',
    shows: ['name', 'host', 'port', 'database', 'user', 'tlsMode', 'paused'],
    before: () => getServer,
  },
  input: ServerPatch,
  output: Server,
  errors: [serverNameTaken],
});

export const deleteServer = operation({
  service: 'monitor-agent',
  name: 'servers.delete',
  http: ['DELETE', '/api/v1/servers/{serverId}'],
  scope: 'servers:write',
  summary: 'Stop watching a server and delete everything collected from it',
  audit: { thing: 'server', id: 'serverId', before: () => getServer },
  input: z.strictObject({ serverId: Id }),
  output: Empty,
  status: 204,
});

export const serverAdded = event({
  service: 'monitor-agent',
  name: 'server.added.v1',
  summary: 'A server is watched from now on',
  data: z.object({ serverId: Id, name: z.string() }),
  aggregate: (data) => data.serverId,
});

export const serverRemoved = event({
  service: 'monitor-agent',
  name: 'server.removed.v1',
  summary: 'A server is no longer watched; its data is gone',
  data: z.object({ serverId: Id, name: z.string() }),
  aggregate: (data) => data.serverId,
});

export const serverUnreachable = event({
  service: 'monitor-agent',
  name: 'server.unreachable.v1',
  summary: 'A server could not be reached several times in a row; emitted once until it is back',
  data: z.object({
    serverId: Id,
    name: z.string(),
    since: Timestamp,
    code: z.string().meta({ description: 'As in the server’s `failure`, such as `connection_refused`' }),
  }),
  aggregate: (data) => data.serverId,
});

export const serverReachable = event({
  service: 'monitor-agent',
  name: 'server.reachable.v1',
  summary: 'A server that was unreachable is back',
  data: z.object({ serverId: Id, name: z.string(), since: Timestamp, unreachableSeconds: z.int().min(0) }),
  aggregate: (data) => data.serverId,
});
