import { type FakeSmtpServer, startSmtpServer } from '@tidegate/testing/fakes/smtp-server';
import { until } from '@tidegate/testing/until';

export interface Mails {
  /** For the start of a platform that sends mails. */
  settings(): NodeJS.ProcessEnv;
  /** That of the newest mail to the address whose link leads to the page, or to any, once there is one. */
  tokenFor(address: string, page?: string): Promise<string>;
}

/** From the first test of the file to the last. */
export function takeMails(): Mails {
  let smtp: FakeSmtpServer;
  beforeAll(async () => {
    smtp = await startSmtpServer();
  });
  afterAll(() => smtp.close());
  return {
    settings: () => ({
      ...{ SMTP_HOST: smtp.host, SMTP_PORT: String(smtp.port), SMTP_SECURE: 'none', SMTP_FROM: 'tide@example.com' },
    }),
    tokenFor: (address, page = '') =>
      until(
        () =>
          tokenIn(
            smtp.messages.filter(({ to }) => to.includes(address)),
            page,
          ),
        {
          what: `the mail to ${address}`,
        },
      ),
  };
}

function tokenIn(messages: readonly { text: string }[], page: string): string | undefined {
  const link = new RegExp(`${page}#token=([\\w-]+)`);
  return messages.flatMap(({ text }) => link.exec(text)?.[1] ?? []).at(-1);
}
