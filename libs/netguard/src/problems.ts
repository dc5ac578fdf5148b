import { problem } from '@tidegate/contracts/kernel/problem';
import { z } from 'zod';

const data = z.object({ field: z.string() });

export const hostNotAllowed = problem('host_not_allowed', 422, 'Tidegate does not connect to this host', data);
export const hostNotResolvable = problem('host_not_resolvable', 422, 'The host name has no address', data);
