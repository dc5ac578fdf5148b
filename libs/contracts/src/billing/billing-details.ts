import { z } from 'zod';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { PLAIN_TEXT } from '../kernel/types.ts';
import { InvoiceCustomer, LINES } from './invoices.ts';

export const getBillingDetails = operation({
  service: 'billing',
  name: 'billing-details.get',
  http: ['GET', '/api/v1/billing/details'],
  scope: 'billing:read',
  summary: 'Whom own invoices are made out to',
  input: z.strictObject({}),
  output: InvoiceCustomer,
});

export const setBillingDetails = operation({
  service: 'billing',
  name: 'billing-details.set',
  http: ['PUT', '/api/v1/billing/details'],
  scope: 'billing:write',
  summary: 'Say whom own invoices are made out to',
  description: 'For invoices that are issued from now on. What Stripe bills for is set in its portal.',
  audit: {
    thing: 'billing_details',
    id: null,
    shows: ['name', 'address', 'taxId', 'country'],
    before: () => getBillingDetails,
  },
  input: z.strictObject({
    name: Name,
    address: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .regex(LINES, 'lines without control characters')
      .meta({ description: 'The postal address, in lines', examples: ['1 Harbour Street\n20457 Hamburg'] }),
    taxId: z
      .string()
      .trim()
      .min(1)
      .max(40)
      .regex(PLAIN_TEXT)
      .optional()
      .meta({ description: 'A tax or VAT number', examples: ['DE123456789'] }),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'a country by two capital letters, such as DE')
      .optional()
      .meta({ description: 'By its two letters of ISO 3166; it decides whether tax is added', examples: ['DE'] }),
  }),
  output: InvoiceCustomer,
});
