/** Elements without markup: whatever a stranger wrote can only ever become a text node. */

export type Child = Node | string | false | null | undefined;

type Value = string | number | boolean | EventListener | undefined;

/** Attributes, and listeners under names that begin with "on". */
export type Props = Readonly<Record<string, Value>>;

/** An element with attributes and children; false, null and undefined are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return dressed(document.createElement(tag), props, children);
}

/** The same for a picture. */
export function svg(tag: string, props: Props = {}, ...children: readonly Child[]): SVGElement {
  return dressed(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function dressed<E extends Element>(element: E, props: Props, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

// Control characters, and letters that turn the direction of what follows.
const TURNING = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** *text* of a stranger without what could make it look like another. */
export function harmless(text: string): string {
  return text.replace(TURNING, (found) => (found === "\n" ? "\n" : ""));
}
