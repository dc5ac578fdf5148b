import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

/*
 * Certificates for tests, made at run time so that none expires in the repository: just enough X.509 (RFC 5280) for an
 * authority and the servers it signs. DER is tag, length, content.
 */
export const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
export const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
export const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const integer = (value: number) => der(0x02, Buffer.from([value]));
const utcTime = (date: Date) => der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
const name = (common: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(common)))));
export const octets = (content: Buffer) => der(0x04, content);
const TRUE = der(0x01, Buffer.from([0xff]));
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));

export interface Authority {
  pem: string;
  key: KeyObject;
  common: string;
}

let serial = 0;

function certificate(options: {
  common: string;
  issuer: string;
  issuerKey: KeyObject;
  publicKey: KeyObject;
  extensions: Buffer[];
  validDays: number;
}): string {
  serial += 1;
  const now = Date.now();
  const from = Math.min(now, now + options.validDays * 86_400_000) - 86_400_000;
  const body = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    ECDSA_SHA256,
    name(options.issuer),
    sequence(utcTime(new Date(from)), utcTime(new Date(now + options.validDays * 86_400_000))),
    name(options.common),
    options.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...options.extensions)),
  );
  const signature = createSign('sha256').update(body).sign(options.issuerKey);
  const whole = sequence(body, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
  const lines = whole
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

export function authority(common = 'Test authority'): Authority {
  const { publicKey, privateKey } = pair();
  const extensions = [sequence(oid('551d13'), TRUE, octets(sequence(TRUE)))];
  const pem = certificate({ common, issuer: common, issuerKey: privateKey, publicKey, extensions, validDays: 1 });
  return { pem, key: privateKey, common };
}

/** The certificate of a role, which is its common name. */
export function clientCertificate(
  by: Authority,
  role: string,
  { validDays = 1, key = pair() }: { validDays?: number; key?: { publicKey: KeyObject; privateKey: KeyObject } } = {},
): { cert: string; key: string } {
  const { publicKey, privateKey } = key;
  const of = { common: role, issuer: by.common, issuerKey: by.key, publicKey, validDays };
  // Not an authority.
  const cert = certificate({ ...of, extensions: [sequence(oid('551d13'), octets(sequence()))] });
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

/** A server's certificate for these host names; `validDays` below zero has expired. */
export function serverCertificate(by: Authority, hosts: string[], validDays = 1): { cert: string; key: string } {
  const { publicKey, privateKey } = pair();
  const names = hosts.map((host) =>
    /^[\d.]+$/.test(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
  );
  const extensions = [sequence(oid('551d11'), octets(sequence(...names)))];
  const cert = certificate({
    common: hosts[0] ?? 'server',
    issuer: by.common,
    issuerKey: by.key,
    publicKey,
    extensions,
    validDays,
  });
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}
