import { type FakeSmtpServer, startSmtpServer } from '@tidegate/testing/fakes/smtp-server';
import { until } from '@tidegate/testing/until';

export interface Mails {
  /** For the start of a platform that sends mails. */
  settings(): NodeJS.ProcessEnv;
  /** That of the newest mail to the address, once there is one. */
  tokenFor(address: string): Promise<string>;
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
    tokenFor: (address) =>
      until(() => /#token=([\w-]+)/.exec(smtp.messages.findLast(({ to }) => to.includes(address))?.text ?? '')?.[1], {
        what: `the mail to ${address}`,
      }),
  };
}
