import { Controller } from '@nestjs/common';
import { type ServerReport, testNewServer } from '@tidegate/contracts/monitor-agent/server-test';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { ServerTester } from './server-tester.ts';

@Controller()
export class TestNewServer {
  constructor(private readonly tester: ServerTester) {}

  @Handles(testNewServer)
  async handle({ input, caller }: OperationContext<typeof testNewServer>): Promise<ServerReport> {
    const { tlsMode, tlsCa, ...where } = input;
    const { report } = await this.tester.test(caller, { ...where, tlsMode, tlsCa: tlsCa ?? null });
    return report;
  }
}
