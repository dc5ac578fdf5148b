/*
 * What makes a service fail at its start, when Nest puts its classes together, and what no test sees that makes them with
 * `new`: a class that wants a controller, which is no provider, and a class that stands in no list of the module.
 */
import { lineOf, walk } from './sources.mjs';

const MADE_BY_NEST = new Set(['Injectable', 'Controller']);
/** Where lists of them stand. */
const LISTS = /^services\/\w[\w-]*\/src\/([\w-]+\.module|\w+\/parts)\.ts$/;

export function checkModules(sources) {
  const ours = sources.filter(({ path, isForTests }) => path.startsWith('services/') && !isForTests);
  const classes = ours.flatMap((source) => classesOf(source));
  return [...injectedControllers(classes), ...forgotten(ours, classes)];
}

function injectedControllers(classes) {
  // With their service: two of them may have classes of one name.
  const controllers = new Set(
    classes.filter(({ by }) => by === 'Controller').map(({ name, source }) => `${source.package} ${name}`),
  );
  return classes.flatMap(({ node, source }) => {
    const wanted = node.body.filter(({ type }) => type === 'Constructor').flatMap(({ params }) => params.map(typeOf));
    return wanted
      .filter((name) => controllers.has(`${source.package} ${name}`))
      .map((name) =>
        fault('no-injected-controller', source, node, `${name} is a controller: what both need is a provider`),
      );
  });
}

function forgotten(ours, classes) {
  const listed = new Map();
  for (const { path, text, package: service } of ours)
    if (LISTS.test(path)) listed.set(service, `${listed.get(service) ?? ''}${text}`);
  return classes
    .filter(({ source, name }) => listed.has(source.package) && !wordIn(name, listed.get(source.package)))
    .map(({ source, node, name }) =>
      fault('no-forgotten-class', source, node, `${name} is not in the module: Nest does not make it`),
    );
}

function classesOf(source) {
  const found = [];
  if (!/@(Injectable|Controller)\(/.test(source.text)) return found;
  walk(source.tree, (node) => {
    if (node.type !== 'ClassDeclaration') return;
    const by = node.decorators?.map(({ expression }) => expression.callee?.value).find((one) => MADE_BY_NEST.has(one));
    if (by) found.push({ name: node.identifier.value, by, node, source });
  });
  return found;
}

/** The class that a parameter wants; one with `@Inject(…)` says itself what it is given. */
function typeOf({ decorators, param, pat }) {
  if (decorators?.length) return undefined;
  return (param ?? pat)?.typeAnnotation?.typeAnnotation?.typeName?.value;
}

const wordIn = (word, text) => new RegExp(`\\b${word}\\b`).test(text);
const fault = (rule, source, node, message) => ({ rule, path: source.path, line: lineOf(source, node), message });
