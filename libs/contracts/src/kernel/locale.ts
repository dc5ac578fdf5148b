import { z } from 'zod';

/** Languages in which Tidegate speaks to people. */
export const Locale = z.enum(['en', 'de']).meta({ id: 'Locale', description: 'Language', examples: ['en'] });
export type Locale = z.infer<typeof Locale>;
