import { z } from 'zod';
import { INTERNAL } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Empty, Id, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { ownersOnly } from './exports.ts';

/* Host names that organisations have proved to be theirs: the console is served there, and mails may come from there. */

/** As many as one organisation may have, proven or not. */
export const MOST_DOMAINS = 10;
/** How long a domain stays proven after its record has gone. */
export const MISSING_DAYS = 3;

export const Domain = z
  .object({
    id: Id,
    name: z.string().meta({ description: 'In lower case; other alphabets as `xn--…`' }),
    state: z.enum(['waiting', 'proven', 'missing']).meta({
      description: `\`missing\`: it was proven and its record has gone; after ${MISSING_DAYS} days it is waiting again`,
    }),
    record: z
      .object({ name: z.string(), type: z.literal('TXT'), value: z.string() })
      .meta({ description: 'The DNS record that proves it; it has to stay' }),
    pointsTo: z
      .string()
      .meta({ description: 'Where a CNAME (or ALIAS) of the name has to lead, for pages to open there' }),
    createdAt: Timestamp,
    provenAt: Timestamp.nullable(),
  })
  .meta({ id: 'Domain' });
export type Domain = z.infer<typeof Domain>;

const name = z
  .string()
  .min(1)
  .max(253)
  .meta({ description: 'A host name, such as app.example.com', examples: ['app.example.com'] });
const domainId = Id.meta({ description: 'The domain' });

export const domainUnproven = problem(
  'domain_unproven',
  409,
  'The record that proves the domain was not found',
  z.object({ record: z.string(), found: z.array(z.string()) }),
);
export const domainTaken = problem('domain_taken', 409, 'Another organisation has proved this domain');
export const domainUnanswered = problem(
  'domain_unanswered',
  503,
  'The name servers did not answer',
  z.object({ retryAfterSeconds: z.int() }),
);

export const addDomain = operation({
  service: 'identity',
  name: 'domains.add',
  http: ['POST', '/api/v1/organisation/domains'],
  scope: 'org:admin',
  summary: 'Begin to prove that a domain is the organisation’s',
  description:
    'Only owners do this: whoever controls a domain can read what people type at pages under it. It takes the plan’s ' +
    '`white_label`. Adding the same name again answers the domain that there is.',
  audit: { thing: 'domain', ignores: ['domain'] },
  input: z.strictObject({ domain: name }),
  output: Domain,
  errors: [ownersOnly],
});

export const listDomains = operation({
  service: 'identity',
  name: 'domains.list',
  http: ['GET', '/api/v1/organisation/domains'],
  scope: 'org:admin',
  summary: 'Domains of the organisation, oldest first',
  input: z.strictObject(pageQuery),
  output: page(Domain).meta({ id: 'DomainPage' }),
});

export const proveDomain = operation({
  service: 'identity',
  name: 'domains.prove',
  http: ['POST', '/api/v1/organisation/domains/{domainId}/prove'],
  status: 200,
  scope: 'org:admin',
  summary: 'Look for the record that proves a domain',
  description:
    'From then on the console is served under it with the organisation’s theme, and mails may come from it. The record ' +
    'is looked for again each day. A domain that somebody else has proved goes to whom its records name now.',
  audit: { thing: 'domain', id: 'domainId', shows: ['state'] },
  input: z.strictObject({ domainId }),
  output: Domain,
  errors: [notFound, domainUnproven, domainTaken, domainUnanswered, ownersOnly],
});

export const removeDomain = operation({
  service: 'identity',
  name: 'domains.remove',
  http: ['DELETE', '/api/v1/organisation/domains/{domainId}'],
  scope: 'org:admin',
  summary: 'Give a domain back; pages under it end within a minute',
  audit: { thing: 'domain', id: 'domainId' },
  input: z.strictObject({ domainId }),
  output: Empty,
  errors: [notFound],
});

export const askDomain = operation({
  service: 'identity',
  name: 'domains.ask',
  http: ['GET', '/api/v1/domains/ask'],
  scope: 'public',
  summary: 'Whether a certificate may be fetched for a domain',
  description:
    'For the reverse proxy: Caddy’s `on_demand_tls { ask … }`. 200 for a domain that an organisation has proved and ' +
    'whose plan includes it, 404 for any other.',
  input: z.strictObject({ domain: name }),
  output: z.object({ domain: z.string() }).meta({ id: 'AskedDomain' }),
  errors: [notFound],
});

/** For the gateway: whose pages a host name shows. */
export const findDomain = operation({
  service: 'identity',
  name: 'domains.find',
  scope: 'service',
  summary: 'The organisation that a host name belongs to',
  audit: INTERNAL,
  input: z.strictObject({ name }),
  output: z.object({ organisationId: Id }),
  errors: [notFound],
});
