import { Resolver } from 'node:dns/promises';
import { Injectable } from '@nestjs/common';
import { IdentityConfig } from '../identity.config.ts';
import { type DomainRow } from './domain.rows.ts';
import { recordName } from './domain.rules.ts';

const TIMEOUT_MS = 2_000;
const TRIES = 2;
/** However many name servers there are. */
const LONGEST_MS = 6_000;
/** There is no such name, or it has no text. Anything else says nothing about the domain. */
const NONE = new Set(['ENOTFOUND', 'ENODATA']);
const MOST_TEXTS = 50;

/** Asks DNS, without a thread of the pool: the name servers of a domain may be hostile or dead. */
@Injectable()
export class DomainRecords {
  constructor(private readonly config: IdentityConfig) {}

  /** The texts where the proof of a domain is looked for; undefined when nobody answers. */
  async of({ name }: Pick<DomainRow, 'name'>): Promise<string[] | undefined> {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
    if (this.config.DNS_SERVERS.length > 0) resolver.setServers(this.config.DNS_SERVERS);
    const cut = setTimeout(() => resolver.cancel(), LONGEST_MS);
    try {
      const texts = await resolver.resolveTxt(recordName(name));
      return texts.slice(0, MOST_TEXTS).map((parts) => parts.join(''));
    } catch (error) {
      return NONE.has((error as { code?: string }).code ?? '') ? [] : undefined;
    } finally {
      clearTimeout(cut);
    }
  }
}
