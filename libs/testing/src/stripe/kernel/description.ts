import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** JSON Schema, as far as the description uses it. */
export interface Schema {
  type?: string | string[];
  $ref?: string;
  anyOf?: Schema[];
  enum?: Json[];
  const?: Json;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
}
export interface Operation {
  params: Schema;
  answer: Schema;
}
export interface Description {
  version: string;
  eventTypes: string[];
  thinEventTypes: string[];
  operations: Record<string, Operation>;
  /** Which schemas an object of this type may have: `customer` is a Customer or a DeletedCustomer. */
  objects: Record<string, string[]>;
  schemas: Record<string, Schema>;
}

let loaded: Description | undefined;

/** Read when the first request needs it. It stands beside the sources, also when compiled code asks. */
export function description(): Description {
  const file = new URL('../../../src/stripe/description/stripe-description.json.gz', import.meta.url);
  loaded ??= JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Description;
  return loaded;
}

export const named = (name: string): Schema => description().schemas[name] ?? {};
export const resolve = (schema: Schema): Schema => (schema.$ref ? named(schema.$ref.slice('#/$defs/'.length)) : schema);
