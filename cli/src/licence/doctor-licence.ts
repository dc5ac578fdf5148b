import { type Finding, fine, type Installation, problem } from '../doctor-checks.ts';
import { describe, licenceOf } from './licence-commands.ts';

/** Of an installation that has a licence: whether it is genuine and in force. */
export function licence({ env }: Installation): Finding {
  const fix =
    'put the licence that was issued last into LICENCE_FILE, and the issuer’s public key into LICENCE_KEY_FILE';
  try {
    const verdict = licenceOf(env['LICENCE_FILE'], env['LICENCE_KEY_FILE']);
    const what = describe(verdict).split('\n')[0] ?? '';
    return verdict.state === 'valid'
      ? fine('licence', what)
      : problem('licence', `licence_${verdict.state}`, what.replace(/\.$/, ''), fix);
  } catch (error) {
    return problem('licence', 'licence_unreadable', (error as Error).message.split('\n')[0] ?? '', fix);
  }
}
