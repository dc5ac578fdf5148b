import { documentValidator } from '@tidegate/testing/document-validator';

type Json = Record<string, unknown>;
interface Described {
  operationId: string;
  security?: Json[];
  parameters?: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Json; example?: unknown }[];
  requestBody?: { content: Record<string, { schema: Json; example?: Json }> };
  responses: Record<string, Json>;
}
interface Document {
  security: Json[];
  paths: Record<string, Record<string, Described>>;
  components: Record<string, Record<string, Json>>;
}

interface Answer {
  status: number;
  body: Json;
}

/**
 * A client that knows nothing but an OpenAPI document: where a value belongs, what must be sent, who may ask, and what may
 * be answered. A request that the document does not allow, or an answer that it does not describe, is an error.
 */
export class OpenApiClient {
  private constructor(
    private readonly url: string,
    private readonly document: Document,
    private readonly validate: ReturnType<typeof documentValidator>['validate'],
    private readonly token?: string,
  ) {}

  static async of(url: string): Promise<OpenApiClient> {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
    return new OpenApiClient(url, document, documentValidator(document).validate);
  }

  as(token: unknown): OpenApiClient {
    return new OpenApiClient(this.url, this.document, this.validate, token as string);
  }

  /** What the document shows as the body of a request. */
  example(id: string): Json {
    return this.find(id).operation.requestBody?.content[JSON_TYPE]?.example ?? {};
  }

  /** Values by name, wherever the document wants each; `status`: what is expected. */
  async call(id: string, values: Json = {}, status = 200): Promise<Answer> {
    const { path, method, operation } = this.find(id);
    const isPublic = (operation.security ?? this.document.security).length === 0;
    if (!isPublic && !this.token) throw new Error(`${id} needs credentials.`);
    const headers: Record<string, string> = this.token ? { authorization: `Bearer ${this.token}` } : {};
    const query = new URLSearchParams();
    const rest = { ...values };
    let filled = path;
    for (const { name, in: place, required, schema } of operation.parameters ?? []) {
      const value = rest[name];
      delete rest[name];
      if (value === undefined) {
        if (required) throw new Error(`${id} needs ${name}.`);
        continue;
      }
      this.require(`${id}: ${name}`, schema, value);
      if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(String(value)));
      else if (place === 'query') query.set(name, String(value));
      else headers[name.toLowerCase()] = String(value);
    }
    const body = operation.requestBody?.content[JSON_TYPE];
    if (body) {
      this.require(`${id}: the body`, body.schema, rest);
      headers['content-type'] = JSON_TYPE;
    } else if (Object.keys(rest).length > 0) throw new Error(`${id} takes no ${Object.keys(rest).join(', ')}.`);
    const response = await fetch(`${this.url}${filled}${query.size > 0 ? `?${query}` : ''}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(rest) } : {}),
    });
    const answer = await this.read(id, operation, response);
    if (answer.status !== status) throw new Error(`${id} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  private async read(id: string, operation: Described, response: Response): Promise<Answer> {
    const { status } = response;
    const described = this.resolved(operation.responses[status]);
    if (!described) throw new Error(`${id} answered ${status}, which the document does not describe.`);
    const text = await response.text();
    const content = described['content'] as Record<string, { schema: Json }> | undefined;
    if (!content) {
      if (text !== '') throw new Error(`${id} answered ${status} with a body, which the document does not describe.`);
      return { status, body: {} };
    }
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    const one = content[type];
    if (!one) throw new Error(`${id} answered ${status} with ${type}; the document says ${Object.keys(content)}.`);
    const value: unknown = /[/+]json$/.test(type) ? JSON.parse(text) : text;
    this.require(`${id}: the answer ${status}`, one.schema, value);
    return { status, body: typeof value === 'string' ? { text: value } : (value as Json) };
  }

  private require(what: string, schema: Json, value: unknown): void {
    const faults = this.validate(schema, value);
    if (faults.length > 0) throw new Error(`${what} is not as the document says: ${faults.join('; ')}`);
  }

  private resolved(value: Json | undefined): Json | undefined {
    const [, section = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(String(value?.['$ref'] ?? '')) ?? [];
    return section ? this.document.components[section]?.[name] : value;
  }

  private find(id: string): { path: string; method: string; operation: Described } {
    for (const [path, methods] of Object.entries(this.document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.operationId === id) return { path, method: method.toUpperCase(), operation };
      }
    }
    throw new Error(`The document has no operation ${id}.`);
  }
}

const JSON_TYPE = 'application/json';
