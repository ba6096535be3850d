/**
 * The page's elements by id, and a maker of elements that takes text and nodes only: there is no way to hand it markup.
 */

/**
 * An element that the page has to have.
 *
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} Kind
 * @param {ParentNode} [within]
 * @returns {T}
 */
export function element(selector, Kind, within = document) {
  const found = within.querySelector(selector)
  if (!(found instanceof Kind)) throw new Error(`the page has no ${Kind.name} ${selector}`)
  return found
}

/** @param {string} id */
export const byId = id => element(`#${id}`, HTMLElement)
/** @param {string} id */
export const button = id => element(`#${id}`, HTMLButtonElement)
/** @param {string} id */
export const input = id => element(`#${id}`, HTMLInputElement)

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | ((event: Event) => void)>} [attributes] `onclick` and the like are
 * listeners
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (typeof value === 'boolean') element.toggleAttribute(name, value)
    else element.setAttribute(name, value)
  }
  element.append(...children)
  return element
}

/**
 * One of the symbols defined in index.html. Decoration: what it says stands beside it in words.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
  use.setAttribute('href', `#icon-${name}`)
  svg.append(use)
  return svg
}

/** @param {HTMLElement} element */
export function show(element, shown = true) {
  element.hidden = !shown
}
