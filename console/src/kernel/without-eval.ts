import { z } from 'zod';

// zod tries whether it may compile code, which a strict policy reports. Before any schema is made.
z.config({ jitless: true });
