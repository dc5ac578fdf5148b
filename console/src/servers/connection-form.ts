import type { TlsMode } from '@tidegate/client';

export const TLS: TlsMode[] = ['verify-full', 'verify-ca', 'require', 'disable'];

/** To which field a problem belongs that names none. */
export const NAMED = { server_name_taken: 'name', host_not_allowed: 'host' };
