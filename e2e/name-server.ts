import { FakeDnsServer } from '@tidegate/testing/fakes/dns-server';

export interface NameServer {
  /** For every start of a platform. */
  settings(): NodeJS.ProcessEnv;
  dns(): FakeDnsServer;
}

/** A name server for all tests of the file: in most of them nobody has a domain. */
export function nameServer(): NameServer {
  let dns: FakeDnsServer;
  beforeAll(async () => {
    dns = await FakeDnsServer.start();
  });
  return { settings: () => ({ DNS_SERVERS: dns.address }), dns: () => dns };
}
