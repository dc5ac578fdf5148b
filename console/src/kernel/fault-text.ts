import { filled, type Params } from '@tidegate/contracts/kernel/fill-text';
import { ifTranslated, t, textsOfFault } from './strings.ts';

export interface Fault {
  field?: string;
  code?: string;
  message?: string;
  params?: Params;
}

/** What is wrong with a field, in the reader's language: by its code, the text that its values make its message of. */
export function faultText({ code = '', message = '', params }: Fault): string {
  const own = ifTranslated(message);
  if (own !== undefined) return own;
  const text = textsOfFault(code).find((one) => filled(one, params) === message);
  return text ? t(text, params) : message;
}
