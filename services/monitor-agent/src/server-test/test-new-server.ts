import { Controller } from '@nestjs/common';
import { type ServerReport, testNewServer } from '@tidegate/contracts/monitor-agent/server-test';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { certificateOf, checkCredentials } from '../servers/check-credentials.ts';
import { ServerTester } from './server-tester.ts';

@Controller()
export class TestNewServer {
  constructor(private readonly tester: ServerTester) {}

  @Handles(testNewServer)
  async handle({ input, caller }: OperationContext<typeof testNewServer>): Promise<ServerReport> {
    const { host, port, database, user, password = null, tlsMode, tlsCa = null } = input;
    const read = certificateOf(input);
    checkCredentials({ password: password !== null, certificate: read !== null, tlsMode });
    const { report } = await this.tester.test(caller, {
      ...{ host, port, database, user, password, tlsMode, tlsCa },
      clientCertificate: read?.certificate ?? null,
      certificateUntil: read?.validUntil ?? null,
    });
    return report;
  }
}
