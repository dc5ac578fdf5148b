import type { FastifyReply } from 'fastify';

/**
 * The bytes of a file that an operation answered. On the bus it travels as text, within the answer, and its tag is that
 * of the answer.
 */
export function fileIn(reply: FastifyReply, type: string, body: string): Buffer {
  const { name, content } = JSON.parse(body) as { name: string; content: string };
  void reply
    .header('content-type', type)
    // Saved and not shown: what is in it never runs in our origin.
    .header('content-disposition', `attachment; filename="${name.replaceAll(/[^\w.-]+/g, '-')}"`);
  return Buffer.from(content, 'base64');
}
