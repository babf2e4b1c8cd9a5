import { type BannerMessages, defaultBannerMessages } from '@protoo-kit/client-core'
import { element } from './element.js'

/** In place of the seconds, in the countdown's field. */
const SECONDS = '{seconds}'

const defaults: Record<string, string> = {
  ...defaultBannerMessages,
  countdown: defaultBannerMessages.countdown(0).replace('0', SECONDS),
}

/** Fields for all words, to try others with. @param changed called with those that differ from the English ones */
export function wordsEditor(changed: (messages: Partial<BannerMessages>) => void): HTMLElement {
  const fields = Object.entries(defaults).map(([name, placeholder]) => ({
    name,
    input: element('input', { name, placeholder, autocomplete: 'off', spellcheck: 'false' }),
  }))
  const written = () =>
    fields.map(({ name, input }) => ({ name, text: input.value })).filter(({ text }) => text.trim() !== '')

  const code = element('code')
  const output = element(
    'pre',
    { class: 'code', role: 'group', tabindex: '0', 'aria-label': 'As code' },
    code,
  )
  const update = () => {
    const words = written()
    code.textContent = asCode(words)
    output.hidden = reset.hidden = words.length === 0
    changed(asMessages(words))
  }

  const reset = element('button', { type: 'reset', class: 'quiet' }, 'Start over')
  const form = element('form', { class: 'words' })
  for (const { name, input } of fields) form.append(element('label', {}, element('code', {}, name), input))
  form.append(element('div', { class: 'result' }, output, reset))
  form.addEventListener('input', update)
  form.addEventListener('submit', (event) => event.preventDefault())
  // The fields are empty only after the event.
  form.addEventListener('reset', () => queueMicrotask(update))
  update()
  return element('details', { class: 'editor' }, element('summary', {}, 'Try other words'), form)
}

interface Word {
  readonly name: string
  readonly text: string
}

function asMessages(words: readonly Word[]): Partial<BannerMessages> {
  return Object.fromEntries(
    words.map(({ name, text }) => [
      name,
      name === 'countdown' ? (seconds: number) => text.replaceAll(SECONDS, String(seconds)) : text,
    ]),
  )
}

/** For the property `messages`. */
function asCode(words: readonly Word[]): string {
  const lines = words.map(({ name, text }) => {
    if (name !== 'countdown') return `  ${name}: ${JSON.stringify(text)},`
    const template = text.replace(/[`\\]|\$\{/g, '\\$&').replaceAll(SECONDS, `$${SECONDS}`)
    return `  countdown: (seconds) => \`${template}\`,`
  })
  return `messages = {\n${lines.join('\n')}\n}`
}
