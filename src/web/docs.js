// Renders openapi.json, and tries what is described there. Asks this server alone.
import { element } from './elements.js';

/** Text in which `this` is code. */
const inline = (text) =>
  text.split('`').map((part, index) => (index % 2 ? element('code', {}, part) : part));

/** Paragraphs and lists. */
function prose(text = '') {
  return text.split('\n\n').map((block) =>
    block.startsWith('- ')
      ? element('ul', {}, block.slice(2).split('\n- ').map((entry) => element('li', {}, inline(entry))))
      : element('p', {}, inline(block)),
  );
}

const pretty = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
const code = (value) => element('pre', { tabindex: 0 }, pretty(value));

const table = (heads, rows) =>
  element(
    'table',
    {},
    element('thead', {}, element('tr', {}, heads.map((head) => element('th', { scope: 'col' }, head)))),
    element('tbody', {}, rows.map((cells) => element('tr', {}, cells.map((cell) => element('td', {}, cell))))),
  );

/** What a schema refers to. */
function resolved(schema, document) {
  const name = schema.$ref?.split('/').pop();
  return name ? { ...document.components.schemas[name], ...without(schema, '$ref') } : schema;
}

function without(object, key) {
  const { [key]: _, ...rest } = object;
  return rest;
}

const NAMES = { string: 'text', integer: 'number', object: 'object', boolean: 'true or false', array: 'list', null: 'null' };

/** A schema in words. */
function words(schema, document) {
  schema = resolved(schema, document);
  if (schema.enum) return `one of ${schema.enum.map((word) => JSON.stringify(word)).join(', ')}`;
  if (schema.anyOf) return [...new Set(schema.anyOf.map((variant) => words(variant, document)))].join(' or ');
  if (schema.type === 'array') return `list of ${words(schema.items ?? {}, document)}`;
  const types = [schema.type ?? 'anything'].flat().map((type) => NAMES[type] ?? type);
  const limits = [];
  if (schema.minimum !== undefined && schema.maximum !== undefined) limits.push(`${schema.minimum} to ${schema.maximum}`);
  if (schema.maxLength !== undefined) limits.push(`at most ${schema.maxLength} characters`);
  return [...new Set(types)].join(' or ') + (limits.length ? ` (${limits.join('; ')})` : '');
}

/** The fields of an object, and below them those of the objects in it. */
function fields(schema, document) {
  schema = resolved(schema, document);
  if (schema.type === 'array' || schema.type?.includes?.('array')) return fields(schema.items ?? {}, document);
  if (schema.anyOf) {
    const objects = schema.anyOf.map((variant) => resolved(variant, document)).filter((variant) => variant.properties);
    return objects.map((variant) => {
      const tag = variant.properties.service?.enum?.[0];
      return part(tag ?? 'object', variant.description, fields(variant, document));
    });
  }
  const entries = Object.entries(schema.properties ?? {});
  if (!entries.length) return [];
  const isRequired = (name) => schema.required?.includes(name);
  const rows = entries
    .toSorted(([a], [b]) => Number(isRequired(b) ?? 0) - Number(isRequired(a) ?? 0))
    .map(([name, property]) => [
      [element('code', {}, name), isRequired(name) ? ' required' : ''],
      words(property, document),
      inline(about(property, document)),
    ]);
  const below = entries.flatMap(([name, property]) => {
    const found = fields(property, document);
    return found.length ? [part(name, undefined, found)] : [];
  });
  return [table(['Field', 'Type', 'Meaning'], rows), ...below];
}

function about(schema, document) {
  const variant = schema.anyOf?.find((variant) => variant.description);
  return schema.description ?? variant?.description ?? resolved(schema, document).description ?? '';
}

const part = (name, description, content) =>
  element(
    'details',
    { class: 'part' },
    element('summary', {}, element('code', {}, name), description ? [' ', inline(description)] : []),
    content,
  );

function parametersOf(operation, document) {
  const rows = operation.parameters.map((parameter) => [
    [element('code', {}, parameter.name), parameter.required ? ' required' : ''],
    `${parameter.in}: ${words(parameter.schema, document)}`,
    inline(parameter.description),
  ]);
  return rows.length ? [element('h3', {}, 'Parameters'), table(['Name', 'Type', 'Meaning'], rows)] : [];
}

const examplesOf = (content) =>
  content.examples
    ? Object.entries(content.examples).map(([name, { summary, value }]) => ({ name: summary ?? name, value }))
    : content.example === undefined ? [] : [{ name: 'Example', value: content.example }];

function bodyOf(operation, document) {
  const content = operation.requestBody?.content['application/json'];
  if (!content) return [];
  return [
    element('h3', {}, 'Body: JSON'),
    ...fields(content.schema, document),
    ...examplesOf(content).flatMap(({ name, value }) => [element('p', { class: 'quiet' }, name), code(value)]),
  ];
}

function answersOf(operation, document) {
  const answers = Object.entries(operation.responses).flatMap(([status, response]) =>
    Object.entries(response.content).map(([type, content]) => {
      const examples = examplesOf(content).map(({ name, value }) => [
        element('p', { class: 'quiet' }, name),
        code(value),
      ]);
      const described = status === '200' ? fields(content.schema, document) : [];
      return element(
        'details',
        { class: 'part', open: status === '200' },
        element('summary', {}, element('b', {}, status), ` ${response.description} `, element('code', {}, type)),
        examples.flat(),
        content.schema.$ref ? part('fields', undefined, described) : [],
      );
    }),
  );
  return [element('h3', {}, 'Answers'), ...answers];
}

/** A form that sends the request and shows the answer. */
function formOf(method, path, operation, id) {
  const output = element('div', { role: 'status', 'aria-live': 'polite' });
  const inputs = operation.parameters.map((parameter) => {
    const name = `${id}-${parameter.name}`;
    const input = element('input', {
      id: name,
      value: parameter.example ?? '',
      required: parameter.required,
      autocomplete: 'off',
      spellcheck: 'false',
    });
    return { parameter, input, label: element('label', { for: name }, parameter.name, input) };
  });
  const content = operation.requestBody?.content['application/json'];
  const body = content && element('textarea', { id: `${id}-body`, spellcheck: 'false' }, pretty(examplesOf(content)[0].value));
  const send = async (event) => {
    event.preventDefault();
    let target = path;
    const query = new URLSearchParams();
    for (const { parameter, input } of inputs) {
      if (parameter.in === 'path') target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (input.value) query.append(parameter.name, input.value);
    }
    target = target.slice(1) + (query.size ? `?${query}` : '');
    const options = body ? { method, headers: { 'Content-Type': 'application/json' }, body: body.value } : { method };
    output.replaceChildren('Waiting for the answer …');
    output.replaceChildren(...(await answerTo(target, options)));
  };
  return [
    element('h3', {}, 'Try it'),
    element(
      'form',
      { onsubmit: send },
      inputs.length ? element('div', { class: 'fields' }, inputs.map(({ label }) => label)) : undefined,
      body && element('label', { for: `${id}-body` }, 'Body', body),
      element('button', {}, 'Send'),
      output,
    ),
  ];
}

async function answerTo(target, options) {
  try {
    const response = await fetch(target, options);
    const text = await response.text();
    const isJson = response.headers.get('Content-Type')?.includes('json');
    return [
      element('p', {}, element('code', {}, `${options.method} /${target}`)),
      element('p', { class: response.ok ? 'status' : 'status bad' }, `${response.status} ${response.statusText}`),
      code(isJson ? JSON.parse(text) : text),
    ];
  } catch (error) {
    return [element('p', { class: 'status bad' }, `No answer: ${error.message}`)];
  }
}

function operationOf(method, path, operation, document) {
  const id = operation.operationId;
  const content = element('div');
  const details = element(
    'details',
    { class: 'operation', id },
    element(
      'summary',
      {},
      element('span', { class: `method ${method}` }, method.toUpperCase()),
      element('span', { class: 'path' }, path),
      element('span', { class: 'quiet' }, operation.summary),
    ),
    content,
  );
  // Filled when it is opened: most never are.
  details.addEventListener('toggle', () => {
    if (!details.open || content.childNodes.length) return;
    content.append(
      ...prose(operation.description),
      ...parametersOf(operation, document),
      ...bodyOf(operation, document),
      ...formOf(method.toUpperCase(), path, operation, id),
      ...answersOf(operation, document),
    );
  });
  details.dataset.text = `${method} ${path} ${operation.summary} ${operation.parameters.map(({ name }) => name)}`.toLowerCase();
  return details;
}

function render(description) {
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const sections = description.tags.map((tag, index) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(tag.name));
    return element(
      'section',
      { id: `section-${index}`, 'aria-labelledby': `heading-${index}` },
      element('h2', { id: `heading-${index}` }, tag.name),
      prose(tag.description),
      own.map(({ method, path, operation }) => operationOf(method, path, operation, description)),
    );
  });
  document.querySelector('#about').replaceChildren(...prose(description.info.description));
  document.querySelector('#operations').replaceChildren(...sections);
  document.querySelector('#sections').replaceChildren(
    ...description.tags.map((tag, index) => element('li', {}, element('a', { href: `#section-${index}` }, tag.name))),
  );
  document.querySelector('#filter').addEventListener('input', ({ target }) => filter(sections, target.value));
  const linked = location.hash && document.getElementById(location.hash.slice(1));
  if (linked) {
    if (linked.matches('details')) linked.open = true;
    linked.scrollIntoView();
  }
}

/** Shows the operations that have all of these words. */
function filter(sections, text) {
  const wanted = text.toLowerCase().split(/\s+/);
  for (const section of sections) {
    const operations = [...section.querySelectorAll('.operation')];
    for (const operation of operations) {
      operation.hidden = !wanted.every((word) => operation.dataset.text.includes(word));
    }
    section.hidden = operations.every((operation) => operation.hidden);
  }
}

fetch('openapi.json')
  .then((response) => response.json())
  .then(render)
  .catch((error) => {
    document.querySelector('#operations').replaceChildren(element('p', { class: 'notice' }, `The description cannot be shown: ${error.message}`));
  });
