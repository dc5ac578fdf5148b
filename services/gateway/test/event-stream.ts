import { type IncomingMessage, request } from 'node:http';

/** A live stream as a browser reads it: the events in order, and whether it has ended. */
export interface Stream {
  status: number;
  events: { event: string; data: unknown; id: string | undefined }[];
  ended: () => boolean;
  close: () => void;
}

/** `read: false`: a client that holds the connection and reads nothing. */
export function openStream(url: string, headers: Record<string, string>, { read = true } = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    let ended = false;
    const asked = request(url, { headers, agent: false });
    asked.once('error', reject);
    asked.once('response', (response: IncomingMessage) => {
      asked.on('error', () => {});
      const events: Stream['events'] = [];
      let text = '';
      response.setEncoding('utf8');
      response.on('close', () => {
        ended = true;
      });
      response.on('error', () => {});
      if (read) {
        response.on('data', (chunk: string) => {
          text += chunk;
          const frames = text.split('\n\n');
          text = frames.pop() ?? '';
          for (const frame of frames) {
            const fields = new Map(frame.split('\n').map((line) => line.split(/: ?/, 2) as [string, string]));
            const event = fields.get('event');
            if (event) events.push({ event, data: JSON.parse(frame.split('data: ')[1] ?? '{}'), id: fields.get('id') });
          }
        });
      } else response.pause();
      resolve({ status: response.statusCode ?? 0, events, ended: () => ended, close: () => asked.destroy() });
    });
    asked.end();
  });
}
