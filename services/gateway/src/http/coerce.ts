import { z } from 'zod';

/** A field's type as far as text from a path or query has to be converted. */
type Wanted = 'number' | 'boolean' | 'array' | 'text';

/**
 * Converts the text of path and query to what the operation's schema expects, strictly: what is not a number stays
 * text, and the schema refuses it with the field's name.
 */
export function coercer(input: z.ZodType): (name: string, value: unknown) => unknown {
  const shape = input instanceof z.ZodObject ? (input.shape as Record<string, z.ZodType>) : {};
  const wanted = new Map(Object.entries(shape).map(([name, schema]) => [name, wantedType(schema)]));
  const elements = new Map(Object.entries(shape).map(([name, schema]) => [name, elementType(schema)]));
  return (name, value) => {
    switch (wanted.get(name)) {
      case 'array': {
        const items = Array.isArray(value) ? value : [value];
        return items.map((item) => convert(elements.get(name) ?? 'text', item));
      }
      case undefined:
        return value;
      default:
        return convert(wanted.get(name) ?? 'text', value);
    }
  };
}

function convert(type: Wanted, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function wantedType(schema: z.ZodType): Wanted {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodNumber) return 'number';
  if (inner instanceof z.ZodBoolean) return 'boolean';
  if (inner instanceof z.ZodArray) return 'array';
  return 'text';
}

function elementType(schema: z.ZodType): Wanted {
  const inner = unwrap(schema);
  return inner instanceof z.ZodArray ? wantedType(inner.element as z.ZodType) : 'text';
}

function unwrap(schema: z.ZodType): z.ZodType {
  const { innerType, in: first } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  const inner = innerType ?? first;
  return inner ? unwrap(inner) : schema;
}
