import { X509Certificate } from 'node:crypto';
import { authority, der, oid, sequence, serverCertificate } from '../../../test/certificates.ts';
import { boundCertificate } from './bound-certificate.rules.ts';
import { failureCode } from './connection-failure.rules.ts';

const SHA256 = '608648016503040201';
const PSS = '2a864886f70d01010a';
const signedBy = (...algorithm: Buffer[]) => sequence(sequence(), sequence(...algorithm), der(0x03, Buffer.alloc(9)));
const hash = (inside: Buffer) => sequence(der(0xa0, inside));

function outcome(raw: Buffer | undefined): string {
  try {
    return boundCertificate(raw ? { raw } : {}).raw === raw ? 'bound' : 'another';
  } catch (error) {
    return failureCode(error);
  }
}

test('a real certificate is bound to', () => {
  const { cert } = serverCertificate(authority(), ['db.example.com']);
  expect(outcome(new X509Certificate(cert).raw)).toBe('bound');
});

test.each([
  ['none', undefined],
  ['nothing in it', Buffer.alloc(0)],
  ['noise', Buffer.from('30820fff3082', 'hex')],
  ['an algorithm without a name', signedBy()],
  ['a name that is empty', signedBy(der(0x06, Buffer.alloc(0)))],
  ['a name without end', signedBy(der(0x06, Buffer.alloc(100, 0x81)))],
  // OpenSSL looks at the outside of the parameters only; this made the driver read 2 GB past the end.
  ['a hash whose name is 2 GB long', signedBy(oid(PSS), hash(sequence(Buffer.from('06847fffffff', 'hex'))))],
  ['a hash that is longer than what it stands in', signedBy(oid(PSS), hash(Buffer.from('307f0600', 'hex')))],
  ['no hash where one belongs', signedBy(oid(PSS), sequence())],
])('a certificate with %s is not', (_what, raw) => {
  expect(outcome(raw)).toBe('authentication_unsupported');
});

test('one that names its hash in the parameters is', () => {
  expect(outcome(signedBy(oid(PSS), hash(sequence(oid(SHA256)))))).toBe('bound');
});
