/*
 * The reference page works without this: it adds search, and opens what an address points to.
 */
import MiniSearch from './minisearch.js';

const search = document.querySelector('#search');
const found = document.querySelector('#found');
const main = document.querySelector('main');

/** @param {string} hash */
function open(hash) {
  const target = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
  if (!target) return;
  for (let one = target; one; one = one.parentElement) if (one instanceof HTMLDetailsElement) one.open = true;
  target.scrollIntoView();
}

addEventListener('hashchange', () => open(location.hash));
// The same address again is no change: a link to what was closed meanwhile must open it too.
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  if (!link) return;
  if (link.closest('#found')) leave();
  if (link.hash === location.hash) open(location.hash);
  const contents = document.querySelector('#contents');
  if (matchMedia('(max-width: 60rem)').matches) contents.open = false;
});
addEventListener('beforeprint', () => {
  for (const one of document.querySelectorAll('details')) one.open = true;
});

/** The contents are open where there is room for them. */
if (matchMedia('(max-width: 60rem)').matches) document.querySelector('#contents').open = false;
open(location.hash);

let index;
function indexed() {
  if (index) return index;
  index = new MiniSearch({
    fields: ['title', 'summary', 'text'],
    storeFields: ['title', 'summary'],
    tokenize: (text) => text.split(/[^\p{L}\p{N}]+|(?<=\p{Ll})(?=\p{Lu})/u),
    searchOptions: { boost: { title: 4, summary: 2 }, prefix: true, fuzzy: 0.15, combineWith: 'AND' },
  });
  index.addAll(
    [...document.querySelectorAll('[data-entry]')].map((one) => ({
      id: one.id,
      title: one.querySelector('summary').dataset.title,
      summary: one.querySelector('summary').dataset.about,
      text: one.textContent,
    })),
  );
  return index;
}

function leave() {
  search.value = '';
  show();
}

function show() {
  const wanted = search.value.trim();
  found.hidden = wanted === '';
  main.hidden = wanted !== '';
  if (!wanted) return;
  const results = indexed().search(wanted).slice(0, 40);
  const items = results.map(({ id, title, summary }) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `#${id}`;
    link.textContent = title;
    item.append(link, ` ${summary}`);
    return item;
  });
  found.querySelector('p').textContent = results.length === 0 ? 'Nothing found.' : `${results.length} found`;
  found.querySelector('ul').replaceChildren(...items);
}

search.addEventListener('input', show);
search.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') leave();
  if (event.key === 'Enter') found.querySelector('a')?.click();
});
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  search.focus();
});
search.closest('form').hidden = false;
search.closest('form').addEventListener('submit', (event) => event.preventDefault());
