import { z } from 'zod';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { Id } from '../kernel/types.ts';

/** Of the picture itself: it travels inside the answer, and mail clients and pages show it small. */
export const LOGO_BYTES = 65_536;

const name = Name.optional().meta({ description: 'Shown instead of Tidegate' });
const accent = z
  .string()
  .regex(/^#[0-9a-fA-F]{6}$/, 'a colour such as #1d5fbf')
  .optional()
  .meta({
    description: 'Colour of links and buttons. Pages darken or lighten it until it can be read',
    examples: ['#1d5fbf'],
  });

export const Theme = z
  .object({
    name: z.string().nullable(),
    accent: z.string().nullable(),
    logo: z.string().nullable().meta({ description: 'A picture as a `data:` URL' }),
  })
  .meta({ id: 'Theme', description: 'How the pages of an organisation look; null is as Tidegate' });
export type Theme = z.infer<typeof Theme>;
export const NO_THEME: Theme = { name: null, accent: null, logo: null };

export const getTheme = operation({
  service: 'identity',
  name: 'themes.get',
  http: ['GET', '/api/v1/themes/{organisationId}'],
  scope: 'public',
  summary: 'How the pages of an organisation look',
  description:
    'For everybody who has a link to them. All null where there is no theme, or a plan without `white_label`.',
  input: z.strictObject({ organisationId: Id.meta({ description: 'The organisation' }) }),
  output: Theme,
});

export const setTheme = operation({
  service: 'identity',
  name: 'themes.set',
  http: ['PUT', '/api/v1/organisation/theme'],
  scope: 'org:admin',
  summary: 'Give the pages of the organisation a name, a colour and a logo of its own',
  description:
    'Replaces the whole theme. It takes the plan’s `white_label`; with another plan it is kept and not shown.',
  audit: { thing: 'theme', id: null, shows: ['name', 'accent'] },
  input: z.strictObject({
    name,
    accent,
    logo: z
      .string()
      .max(100_000)
      .optional()
      .meta({
        description: `PNG, JPEG or WebP of at most ${LOGO_BYTES} bytes as a \`data:\` URL`,
        examples: ['data:image/png;base64,iVBORw0KGgo='],
      }),
  }),
  output: Theme,
});
