import { setTimeout as pause } from 'node:timers/promises';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import { AwsClient } from 'aws4fetch';
import type { Store, Stored } from './store.ts';

export interface S3Place {
  endpoint: string;
  region: string;
  bucket: string;
  /** Without a slash at its ends; may be empty. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
}

interface Times {
  /** A request that takes longer has failed: a store that hangs must not hang us. */
  requestMs: number;
  tries: number;
  firstPauseMs: number;
}

const TIMES: Times = { requestMs: 120_000, tries: 4, firstPauseMs: 500 };

/** A bucket of any S3-compatible store, by paths (`endpoint/bucket/key`), which all of them understand. */
export class S3Store implements Store {
  readonly name: string;
  private readonly place: S3Place;
  private readonly client: AwsClient;
  private readonly times: Times;

  constructor(place: S3Place, times: Partial<Times> = {}) {
    const { accessKeyId, secretAccessKey, region, endpoint, bucket, prefix } = place;
    this.place = place;
    this.times = { ...TIMES, ...times };
    this.client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' });
    this.name = `s3://${[bucket, prefix].filter(Boolean).join('/')} at ${new URL(endpoint).host}`;
  }

  async put(key: string, content: Uint8Array): Promise<void> {
    // The length is said, because some stores take no chunked bodies.
    const headers = { 'content-length': String(content.length), 'content-type': 'application/octet-stream' };
    await this.ask('PUT', this.urlOf(key), { body: content as Uint8Array<ArrayBuffer>, headers });
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.ask('GET', this.urlOf(key), {}, [404]);
  }

  async list(prefix: string): Promise<Stored[]> {
    const found: Stored[] = [];
    const own = this.place.prefix ? `${this.place.prefix}/` : '';
    for (let token: string | undefined; ; ) {
      const url = new URL(`${this.place.endpoint}/${this.place.bucket}`);
      url.searchParams.set('list-type', '2');
      url.searchParams.set('prefix', own + prefix);
      if (token) url.searchParams.set('continuation-token', token);
      const page = Buffer.from((await this.ask('GET', url.href, {})) ?? []).toString();
      // Our keys have no letter that XML would escape.
      for (const [, entry = ''] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const key = tag(entry, 'Key') ?? '';
        if (key.startsWith(own)) found.push({ key: key.slice(own.length), bytes: Number(tag(entry, 'Size')) });
      }
      token = tag(page, 'IsTruncated') === 'true' ? plain(tag(page, 'NextContinuationToken')) : undefined;
      if (!token) return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    }
  }

  async remove(key: string): Promise<void> {
    await this.ask('DELETE', this.urlOf(key), {}, [404]);
  }

  private urlOf(key: string): string {
    const { endpoint, bucket, prefix } = this.place;
    return [endpoint, bucket, prefix, key].filter(Boolean).join('/');
  }

  /** Every request may be repeated: a key gets the same content again. */
  private async ask(
    method: string,
    url: string,
    init: RequestInit,
    absent: readonly number[] = [],
  ): Promise<Uint8Array | undefined> {
    for (let failures = 0; ; ) {
      const answer = await this.once(method, url, init).catch((error: Error) => ({
        status: 0,
        error,
        body: undefined,
      }));
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      if (absent.includes(answer.status)) return undefined;
      failures += 1;
      const again = answer.status === 0 || answer.status === 429 || answer.status >= 500;
      if (!again || failures >= this.times.tries) throw this.explain(method, answer);
      await pause(backOff(this.times.firstPauseMs, 10_000, failures - 1));
    }
  }

  private async once(method: string, url: string, init: RequestInit) {
    const signed = await this.client.sign(url, { ...init, method });
    // The client's own fetch hands a signal on by a request that nobody refers to; once it is collected, nothing is given up.
    const response = await fetch(signed, { signal: AbortSignal.timeout(this.times.requestMs) });
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()), error: undefined };
  }

  private explain(
    method: string,
    answer: { status: number; body?: Uint8Array | undefined; error?: Error | undefined },
  ): Error {
    const text = answer.body ? Buffer.from(answer.body).toString().slice(0, 4_000) : '';
    const cause = answer.error?.cause instanceof Error ? `: ${answer.error.cause.message}` : '';
    const said = answer.error ? `${answer.error.message}${cause}` : (tag(text, 'Code') ?? '');
    const reason = answer.error?.name === 'TimeoutError' ? `no answer within ${this.times.requestMs / 1_000} s` : said;
    const fix =
      answer.status === 403
        ? 'check BACKUP_S3_ACCESS_KEY_ID, BACKUP_S3_SECRET_ACCESS_KEY, BACKUP_S3_REGION and what the key may do'
        : answer.status === 404
          ? 'create the bucket, or correct BACKUP_TO'
          : 'see whether the store works, and BACKUP_S3_ENDPOINT';
    const status = answer.status ? ` ${answer.status}` : '';
    return new Error(`${this.name} cannot be used (${method}${status}): ${reason}.\n  Fix: ${fix}.`, {
      cause: answer.error,
    });
  }
}

const tag = (xml: string, name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

const ENTITIES: readonly [string, string][] = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&#39;', "'"],
  ['&amp;', '&'],
];
const plain = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : ENTITIES.reduce((all, [entity, letter]) => all.replaceAll(entity, letter), text);
