import type { Operation } from '@tidegate/contracts/kernel/operation';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { asReadSecret, firstOf, type ReadSecret } from '@tidegate/vault/read-secret';
import { openSealed, sealFor } from '@tidegate/vault/seal-box';
import { hasSecrets, mapSecrets } from './secrets.ts';

const PREFIX = 'sealed:';

/*
 * Secret fields cross the bus sealed: those of an input for the service that implements the operation, those of an
 * output for the caller's reply. The operation is bound in, so a sealed text is useless anywhere else.
 */
export class SecretSealer {
  private readonly publicKeys: Readonly<Record<string, string | ReadSecret>>;
  private readonly own: { name: string; privateKey: string | ReadSecret };

  constructor(
    publicKeys: Readonly<Record<string, string | ReadSecret>>,
    own: { name: string; privateKey: string | ReadSecret },
  ) {
    this.publicKeys = publicKeys;
    this.own = own;
  }

  get publicKey(): string {
    return this.keyOf(this.own.name);
  }

  sealInput(operation: Operation, input: unknown): unknown {
    if (!hasSecrets(operation.input)) return input;
    return mapSecrets(operation.input, input, (text) => this.seal(operation.service, operation, 'input', text));
  }

  openInput(operation: Operation, input: unknown): unknown {
    if (!hasSecrets(operation.input)) return input;
    return mapSecrets(operation.input, input, (text) => this.open(operation, 'input', text));
  }

  /** `forWhom` is the service that called. */
  sealOutput(operation: Operation, output: unknown, forWhom: string): unknown {
    if (!hasSecrets(operation.output)) return output;
    return mapSecrets(operation.output, output, (text) => this.seal(forWhom, operation, 'output', text));
  }

  openOutput(operation: Operation, output: unknown): unknown {
    if (!hasSecrets(operation.output)) return output;
    return mapSecrets(operation.output, output, (text) => this.open(operation, 'output', text));
  }

  private seal(forWhom: ServiceName | string, operation: Operation, part: string, text: string): string {
    return PREFIX + sealFor(this.keyOf(forWhom), text, `${operation.subject} ${part}`);
  }

  private open(operation: Operation, part: string, text: string): string {
    if (!text.startsWith(PREFIX)) throw new Error(`${operation.name}: a secret arrived unsealed.`);
    let failure: unknown;
    const opened = firstOf(asReadSecret(this.own.privateKey), (key) => {
      try {
        return { text: openSealed(key, text.slice(PREFIX.length), `${operation.subject} ${part}`) };
      } catch (error) {
        failure = error;
        return undefined;
      }
    });
    if (!opened) throw failure ?? new Error(`There is no sealing key of ${this.own.name}.`);
    return opened.text;
  }

  private keyOf(name: string): string {
    const key = asReadSecret(this.publicKeys[name] ?? '')()[0];
    if (!key) throw new Error(`There is no sealing key for ${name}.`);
    return key;
  }
}
