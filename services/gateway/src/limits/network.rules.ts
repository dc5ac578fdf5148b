import ipaddr from 'ipaddr.js';

/** Addresses that count together: one IPv4 address, or the /64 that every IPv6 customer has at least. */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip;
  const plain = ip.split('%', 1)[0] as string;
  if (!ipaddr.isValid(plain)) return ip;
  const address = ipaddr.process(plain);
  if (address.kind() === 'ipv4') return address.toString();
  const parts = (address as ipaddr.IPv6).parts.slice(0, 4);
  return `${parts.map((part) => part.toString(16)).join(':')}::/64`;
}
