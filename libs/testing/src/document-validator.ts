import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type Json = Record<string, unknown>;

/** Validates values against schemas of an OpenAPI document, as a customer's generated client would. */
export function documentValidator(document: object) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, discriminator: false });
  (addFormats as unknown as typeof addFormats.default)(ajv);
  ajv.addFormat('password', true);
  ajv.addFormat('uri-reference', true);
  ajv.addSchema({ $id: 'doc', ...document });
  const absolute = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(absolute);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === '$ref' && typeof inner === 'string' ? `doc${inner}` : absolute(inner),
      ]),
    );
  };
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
  const validate = (schema: Json, value: unknown): string[] => {
    const key = JSON.stringify(schema);
    const check = compiled.get(key) ?? ajv.compile(absolute(schema) as Json);
    compiled.set(key, check);
    return check(value) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
  return { validate, allRefsResolve: () => dangling(document as Json, ajv) };
}

function dangling(document: Json, ajv: Ajv2020): string[] {
  const faults: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const ref = (value as Json)['$ref'];
    if (typeof ref === 'string' && at(document, ref) === undefined) faults.push(ref);
    Object.values(value).forEach(walk);
  };
  walk(document);
  const { schemas } = document['components'] as { schemas: Record<string, Json> };
  for (const [name, schema] of Object.entries(schemas)) if (!ajv.validateSchema(schema)) faults.push(name);
  return [...new Set(faults)];
}

const at = (document: Json, ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => (value as Json | undefined)?.[key], document);
