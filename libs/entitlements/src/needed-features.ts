import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { BuiltIn } from '@tidegate/contracts/billing/built-in-features';
import type { Level } from '@tidegate/contracts/billing/features';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import type { BusContext } from '@tidegate/messaging/bus-transport';
import type { OperationContext } from '@tidegate/messaging/handler';
import { Entitlements } from './entitlements.ts';

/** Before every handler of a service: what its operation declares as needed, the plan includes. */
@Injectable()
export class NeededFeatures implements CanActivate {
  constructor(private readonly entitlements: Entitlements) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const rpc = context.switchToRpc();
    const { needs } = rpc.getContext<BusContext>().contract as Partial<Operation>;
    return needs ? this.require(rpc.getData<OperationContext>(), needs) : true;
  }

  private async require({ tx }: OperationContext, { feature, least }: NonNullable<Operation['needs']>): Promise<true> {
    const given = least === undefined ? {} : { least: least as Level };
    await this.entitlements.shows(tx, feature as BuiltIn<'boolean' | 'level'>, given);
    return true;
  }
}
