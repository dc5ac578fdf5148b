import type { TlsMode } from '@tidegate/client';
import { serversCreate } from '@tidegate/client/generated/limits/monitor-agent';

export const TLS: TlsMode[] = [...serversCreate.tlsMode.choices];

/** To which field a problem belongs that names none. */
export const NAMED = { server_name_taken: 'name', host_not_allowed: 'host' };
