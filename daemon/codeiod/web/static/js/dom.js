// Makes elements and brings a part of the page up to date without tearing it down.
// Text goes in as text alone: nothing here reads markup, so that no data can become markup.

/** Make an element. Properties: class, text attributes, `on` {event: handler}, `style` {property: value}. */
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") listen(element, value);
    else if (name === "style") paint(element, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

function listen(element, handlers) {
  for (const [event, handler] of Object.entries(handlers)) element.addEventListener(event, handler);
}

// Through the object model alone: the policy of the page refuses style attributes in markup.
function paint(element, style) {
  for (const [property, value] of Object.entries(style)) element.style.setProperty(property, value);
}

/** Give a container these children; those that stand there already are changed in place. */
export function show(container, ...children) {
  const wanted = h("div", {}, ...children);
  matchChildren(container, wanted);
}

function matchChildren(old, wanted) {
  const coming = [...wanted.childNodes];
  const present = [...old.childNodes];
  coming.forEach((node, place) => {
    if (place >= present.length) old.append(node);
    else match(present[place], node);
  });
  present.slice(coming.length).forEach((node) => node.remove());
}

function match(old, wanted) {
  if (old.nodeName !== wanted.nodeName) return old.replaceWith(wanted);
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== wanted.data) old.data = wanted.data;
    return undefined;
  }
  matchAttributes(old, wanted);
  return matchChildren(old, wanted);
}

function matchAttributes(old, wanted) {
  for (const { name } of [...old.attributes]) {
    if (name !== "style" && name !== "open" && !wanted.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of [...wanted.attributes]) {
    if (name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.style.cssText !== wanted.style.cssText) old.style.cssText = wanted.style.cssText;
}

/** Return the element of the page that has this id. */
export function at(id) {
  return document.getElementById(id);
}
