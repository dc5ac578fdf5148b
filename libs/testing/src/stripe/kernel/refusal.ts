/** An error that the API answers; its fields are those of Stripe's error object. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: {
      type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
      message: string;
      code?: string;
      param?: string;
      decline_code?: string;
      payment_intent?: unknown;
    },
    readonly headers: Record<string, string> = {},
  ) {
    super(body.message);
  }
}

export const invalid = (message: string, param?: string, code?: string): Refusal =>
  new Refusal(400, { type: 'invalid_request_error', message, param, code });

export const missing = (what: string, id: string, param = 'id'): Refusal =>
  new Refusal(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param,
  });

export const required = (param: string): Refusal =>
  invalid(`Missing required param: ${param}.`, param, 'parameter_missing');

/** The double itself is at fault: a test that sees it fails. */
export class DoubleFault extends Error {}
