import { Injectable } from '@nestjs/common';
import { passwordTooWeak } from '@tidegate/contracts/identity/sessions';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import { IdentityConfig } from '../identity.config.ts';
import { type GuessedFirst, type Weakness, weaknessOf } from './password.rules.ts';

const CURES: Record<Weakness, DetailOf<'password_too_weak'>> = {
  common: 'It is one of the most common passwords, or one of their words with digits. Choose another one.',
  repeated: 'It only repeats itself or follows the keyboard. Choose another one.',
  personal: 'It is made of your name, your address or the name of this place. Choose another one.',
};

/** Passwords that are set: none that others guess first. */
@Injectable()
export class NewPasswords {
  constructor(private readonly config: IdentityConfig) {}

  require(refuse: Refuse<typeof passwordTooWeak>, password: string, about: Omit<GuessedFirst, 'installation'>): void {
    const reason = weaknessOf(password, { ...about, installation: this.config.INSTALLATION_NAME });
    if (reason) throw refuse(passwordTooWeak, { reason }, CURES[reason]);
  }
}
