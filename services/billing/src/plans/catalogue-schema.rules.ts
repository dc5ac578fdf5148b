import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import { z } from 'zod';
import {
  CatalogueFile,
  EXPECTED,
  FeatureDeclaration,
  GRANTS,
  PlanDeclaration,
  PriceList,
} from './catalogue-model.rules.ts';
import { LimitValue, Whole } from './catalogue-values.rules.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/* Editors read YAML as YAML: 10000 is a number there, and 10_000 a text. The reader takes both as they are written. */
const WHOLE: Schema = {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^[1-9]\\d{0,2}(_\\d{3})+$' },
  ],
};
const LIMIT: Schema = { anyOf: [WHOLE, { const: 'unlimited' }] };
const ABOUT = 'Made from the code by `npm run generate`. `tidegate plans validate` checks more than an editor can.';

/** The JSON Schema of catalogue files, for completion and mistakes in an editor; draft 7, which all of them know. */
export function catalogueSchema(): Schema {
  const { $schema, ...schema } = toSchema(CatalogueFile);
  return { $schema, $id: 'catalogue.schema.json', title: 'Tidegate plan catalogue', description: ABOUT, ...schema };
}

/** `zod` says what the model says; what the model only decides while it reads is put in here. */
function toSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const better = IN_EDITORS.get(zodSchema)?.();
      if (better) replace(jsonSchema, better);
      if (zodSchema === CatalogueFile) complete(jsonSchema as Schema);
    },
  }) as Schema;
}

const IN_EDITORS = new Map<z.core.$ZodType, () => Schema>([
  [Whole, () => WHOLE],
  [LimitValue, () => LIMIT],
  [CatalogueFile.shape.format, () => ({ enum: [1, '1'] })],
  [
    PriceList,
    () => ({
      type: 'object',
      properties: { month: WHOLE, year: WHOLE },
      required: ['month'],
      additionalProperties: false,
    }),
  ],
  [
    PlanDeclaration.shape.features,
    () => ({
      type: 'object',
      properties: Object.fromEntries(builtIns.map(([key, kind]) => [key, grant(kind)])),
      required: builtIns.map(([key]) => key),
      additionalProperties: { anyOf: kinds.map(grant) },
    }),
  ],
]);

const builtIns = Object.entries(BUILT_IN_FEATURES);
const kinds = Object.keys(GRANTS) as (keyof typeof GRANTS)[];

const grant = (kind: keyof typeof GRANTS): Schema => {
  const { $schema: _schema, ...schema } = toSchema(GRANTS[kind]);
  return { description: EXPECTED[kind], ...schema };
};

/** Features that the software decides by must be declared, each as its kind. */
function complete(file: Schema): void {
  const features = file.properties?.['features'] as Schema;
  const { $schema: _schema, ...declaration } = toSchema(FeatureDeclaration);
  const properties = builtIns.map(([key, kind]): [string, Schema] => [
    key,
    { ...declaration, properties: { ...declaration.properties, kind: { const: kind } } },
  ]);
  features.properties = Object.fromEntries(properties);
  features.required = builtIns.map(([key]) => key);
}

function replace(target: object, source: object): void {
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key);
  Object.assign(target, source);
}
