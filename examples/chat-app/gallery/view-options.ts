/** How the gallery is looked at: kept in the address, so that a link and a screenshot show the same. */
import { element } from './element.js'

const options = {
  theme: { title: 'Colours', values: { system: 'System', light: 'Light', dark: 'Dark' } },
  width: { title: 'Page', values: { narrow: 'Phone', wide: 'Desktop' } },
} as const

type Name = keyof typeof options

function chosen(name: Name): string {
  const { values } = options[name]
  const value = new URLSearchParams(location.search).get(name) ?? ''
  return Object.hasOwn(values, value) ? value : (Object.keys(values)[0] ?? '')
}

/** Writes what the address says into `data-theme` and `data-width` of the page; the stylesheet does the rest. */
export function applyView(): void {
  for (const name of ['theme', 'width'] as const) document.documentElement.dataset[name] = chosen(name)
}

export function viewControls(): HTMLElement[] {
  return (['theme', 'width'] as const).map((name) => {
    const { title, values } = options[name]
    const choices = Object.entries(values).map(([value, label]) => {
      const input = element('input', { type: 'radio', name, value })
      input.checked = value === chosen(name)
      input.addEventListener('change', () => choose(name, value))
      return element('label', {}, input, element('span', {}, label))
    })
    const group = element('fieldset', { class: 'choice' }, element('legend', {}, title))
    group.append(element('span', { class: 'choices' }, ...choices))
    return group
  })
}

function choose(name: Name, value: string): void {
  const url = new URL(location.href)
  url.searchParams.set(name, value)
  history.replaceState(history.state, '', url)
  applyView()
}
