/* Small helpers for elements. Text always goes in as text, never as markup. */

export function byId(id) {
  return document.getElementById(id);
}

/** An element with attributes (`on…` are listeners, `false` and `undefined` leave out) and children. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== false && value !== undefined) {
      element.setAttribute(key, value === true ? '' : value);
    }
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

export function code(text) {
  return h('code', {}, text);
}

/** Replaces the children and leaves the focus where it was, on the element with the same `data-key`. */
export function render(parent, ...children) {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  parent.replaceChildren(...children);
  if (key) {
    parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }
}

export function listed(names) {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}

export function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
