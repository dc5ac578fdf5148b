import { readFileSync } from 'node:fs';

/** Addresses on which somebody listens on this machine, as Linux lists them; empty where it does not. */
export function listening(read: (path: string) => string = (path) => readFileSync(path, 'utf8')): Listener[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => {
    try {
      return parseSockets(read(path));
    } catch {
      return [];
    }
  });
}

export interface Listener {
  port: number;
  /** Reachable from this machine only. */
  local: boolean;
}

const LISTEN = '0A';

export function parseSockets(text: string): Listener[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, place = '', , state] = line.trim().split(/\s+/);
      const [address = '', port = ''] = place.split(':');
      return state === LISTEN ? [{ port: Number.parseInt(port, 16), local: isLoopback(address) }] : [];
    });
}

/** 127.0.0.0/8, ::1 and 127.0.0.0/8 mapped to IPv6, as the kernel writes them: each word with its bytes turned around. */
const isLoopback = (hex: string): boolean =>
  /^[0-9A-F]{6}7F$/.test(hex) || hex === '00000000000000000000000001000000' || /^0{16}FFFF0000[0-9A-F]{6}7F$/.test(hex);
