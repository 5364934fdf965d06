// What the UIKit calls instead of an SDK.

window.calls = [];
const listeners = {};
window.emit = (event, ...values) => listeners[event].forEach((listener) => listener(...values));

/** An object with every method: each notes its call, and answers a promise of nothing unless `methods` says more. */
export function standIn(name, methods = {}) {
  const on = (event, listener) => void (listeners[`${name} ${event}`] ??= []).push(listener);
  const known = { enabled: true, on, ...methods };
  return new Proxy(known, {
    get(_, property) {
      if (typeof property === 'symbol' || property === 'then') return undefined;
      if (property in known && typeof known[property] !== 'function') return known[property];
      return (...values) => {
        // A copy: what it is called with may hold what cannot leave the page.
        if (property !== 'on') {
          window.calls.push({ method: `${name}.${property}`, values: JSON.parse(JSON.stringify(values)) });
        }
        return known[property]?.(...values) ?? Promise.resolve();
      };
    },
  });
}
