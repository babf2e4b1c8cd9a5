import { hueOf, initialsOf } from '../shared/avatar.js'

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the page has no #${id}`)
  return found
}

/**
 * Text only: what others wrote never becomes markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 */
export function element(tag, className = '', text = '') {
  const node = document.createElement(tag)
  if (className) node.className = className
  node.textContent = text
  return node
}

/** @param {string} name of a person */
export function avatar(name) {
  const node = element('span', 'avatar', initialsOf(name))
  node.style.setProperty('--hue', String(hueOf(name)))
  node.setAttribute('aria-hidden', 'true')
  return node
}
