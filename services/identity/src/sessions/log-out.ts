import { Injectable } from '@nestjs/common';
import { logout } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { endSession } from './sessions.ts';

@Injectable()
export class LogOut {
  @Handles(logout)
  async handle({ caller, tx, emit }: OperationContext<typeof logout>) {
    const id = caller.sessionId;
    if (!id) throw forbidden({}, 'An API key has no session. Revoke the key instead.');
    if (await endSession(tx, id)) await emit(accessRevoked, { kind: 'session', id, at: new Date().toISOString() });
    return {};
  }
}
