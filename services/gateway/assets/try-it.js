/*
 * In each open entry of the reference: fields for a request, the same as text to copy, and a button that sends it. The key
 * stays in this page's memory; without one the request goes as the browser's session.
 */
import { addressOf, curl, python, typescript } from './samples.js';

const key = element('input', {
  type: 'password',
  autocomplete: 'off',
  placeholder: 'API key or access token',
  id: 'key',
});
key.setAttribute('aria-label', 'API key or access token; empty: your session in this browser');
document.querySelector('header').append(key);

let reading;
/** The document with which the entries are filled, by operation. */
async function operations() {
  reading ??= fetch('/openapi.json').then((answer) => answer.json());
  const { paths } = await reading;
  const found = new Map();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      found.set(operation.operationId, { path, method: method.toUpperCase(), operation });
    }
  }
  return found;
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

for (const entry of document.querySelectorAll('details.entry')) {
  entry.addEventListener('toggle', () => void fill(entry));
  if (entry.open) void fill(entry);
}

async function fill(entry) {
  if (!entry.open || entry.querySelector('.try')) return;
  const found = (await operations()).get(entry.id);
  // Two toggles may have waited for the same document.
  if (!found || entry.querySelector('.try')) return;
  const { path, method, operation } = found;
  const example = operation.requestBody?.content['application/json']?.example;
  if (operation.requestBody && example === undefined) return;
  const fields = (operation.parameters ?? [])
    .filter((one) => one.in !== 'header')
    .map((one) => ({ ...one, input: element('input', { value: one.in === 'path' ? `${one.example ?? ''}` : '' }) }));
  const body =
    example === undefined ? undefined : element('textarea', { value: JSON.stringify(example, undefined, 2), rows: 8 });
  // What scrolls is reached by the keyboard.
  const samples = element('pre', { tabIndex: 0 });
  const answer = element('output', { tabIndex: 0 });
  const send = element('button', { type: 'submit' }, `Send ${method}`);
  const form = element('form', { className: 'try' }, element('h4', {}, 'Try it'));
  for (const { name, input } of fields) form.append(element('label', {}, `${name} `, input));
  if (body) form.append(element('label', {}, 'Body', body));
  const warning = method === 'GET' ? '' : 'This is no exercise: it acts on your organisation.';
  form.append(element('p', {}, send, ` ${warning}`), answer, choice(samples, show), samples);
  entry.append(form);

  function call() {
    const given = (where) =>
      Object.fromEntries(
        fields
          .filter((one) => one.in === where && one.input.value !== '')
          .map(({ name, input, schema }) => [name, typed(schema, input.value)]),
      );
    const text = body?.value.trim();
    return {
      ...{ operationId: operation.operationId, method, path, parameters: given('path'), query: given('query') },
      isPublic: operation.security?.length === 0,
      ...(text ? { body: JSON.parse(text) } : {}),
    };
  }

  function show() {
    const write = { curl, typescript, python }[form.querySelector('input[type=radio]:checked').value];
    try {
      samples.textContent = write(call(), location.origin);
    } catch (error) {
      samples.textContent = `The body is no JSON: ${error.message}`;
    }
  }
  form.addEventListener('input', show);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    send.disabled = true;
    answer.textContent = '…';
    answer.textContent = await sent(call).catch((error) => error.message);
    send.disabled = false;
  });
  show();
}

/** A field's text as the client takes it; what is no number is left for the API to refuse. */
function typed(schema, text) {
  if (schema?.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return ['integer', 'number'].includes(schema?.type) && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Which of the texts is shown. */
function choice(samples, show) {
  const name = `sample-${Math.random()}`;
  const options = Object.entries({ curl: 'curl', typescript: 'TypeScript', python: 'Python' }).map(
    ([value, text], index) =>
      element(
        'label',
        {},
        element('input', { type: 'radio', name, value, checked: index === 0, onchange: show }),
        ` ${text} `,
      ),
  );
  const copy = element('button', { type: 'button' }, 'Copy');
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(samples.textContent);
    copy.textContent = 'Copied';
  });
  return element('p', { className: 'samples' }, ...options, copy);
}

/** Sends it and says what came back. */
async function sent(call) {
  const { method, body, ...where } = call();
  const address = addressOf({ ...where, method }, '');
  if (address.includes('{')) throw new Error('Fill in every part of the path. Nothing was sent.');
  const token = key.value.trim();
  const response = await fetch(address, {
    method,
    credentials: token ? 'omit' : 'same-origin',
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(method === 'GET' ? {} : { 'idempotency-key': crypto.randomUUID() }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const shown = /json/.test(response.headers.get('content-type') ?? '')
    ? JSON.stringify(JSON.parse(text), undefined, 2)
    : text;
  return `${response.status} ${response.statusText}\ntrace-id: ${response.headers.get('trace-id')}\n\n${shown}`;
}
