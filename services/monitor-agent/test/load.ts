import { until } from '@tidegate/testing/until';
import type pg from 'pg';
import type { PostgresServer } from './postgres-server.ts';

/** Sessions that run one statement as fast as they can. */
export class Load {
  executed = 0;
  private going = true;
  private readonly clients: pg.Client[];
  private readonly work: Promise<unknown>;

  private constructor(clients: pg.Client[], text: string) {
    this.clients = clients;
    this.work = Promise.all(clients.map((client) => this.keepOn(client, text)));
  }

  static async start(server: PostgresServer, text: string, sessions: number): Promise<Load> {
    return new Load(await Promise.all(Array.from({ length: sessions }, () => server.client())), text);
  }

  async reached(count: number): Promise<void> {
    await until(() => this.executed >= count, { everyMs: 1 });
  }

  /** All that was executed is counted then, here and there. */
  async stop(): Promise<void> {
    this.going = false;
    await this.work;
    await Promise.all(this.clients.map((client) => client.end()));
  }

  private async keepOn(client: pg.Client, text: string): Promise<void> {
    while (this.going) {
      await client.query(text);
      this.executed += 1;
    }
  }
}
