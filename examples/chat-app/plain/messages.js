/** @import { MessageView } from '../shared/chat-state.js' */
import { deliveryWords, timeWords } from '../shared/words.js'
import { avatar, byId, element } from './elements.js'

/** Elements stay, for those who are reading or listening. @type {Map<string, { item: HTMLElement, drawn?: MessageView }>} */
let lines = new Map()

/**
 * @param {readonly MessageView[]} messages
 * @param {(id: string) => void} sendAgain
 */
export function drawMessages(messages, sendAgain) {
  const list = byId('messages')
  const atEnd = isAtEnd()
  const before = lines
  lines = new Map()
  messages.forEach((message, index) => {
    const line = before.get(message.key) ?? { item: createLine(message) }
    lines.set(message.key, line)
    before.delete(message.key)
    if (line.drawn !== message) drawLine(line.item, message, line.drawn, sendAgain)
    line.drawn = message
    if (list.children[index] !== line.item) list.insertBefore(line.item, list.children[index] ?? null)
  })
  for (const { item } of before.values()) item.remove()
  if (atEnd) scrollToEnd()
}

export function scrollToEnd() {
  const log = byId('log')
  log.scrollTop = log.scrollHeight
}

function isAtEnd() {
  const { scrollHeight, scrollTop, clientHeight } = byId('log')
  return scrollHeight - scrollTop - clientHeight < 60
}

/** @param {MessageView} message */
function createLine({ own, name, text, at }) {
  const item = element('li', own ? 'message own' : 'message')
  const byline = element('p', 'byline')
  const who = own ? element('span', 'visually-hidden', 'You') : element('span', 'name', name)
  byline.append(who, element('time', '', timeWords(at)))
  item.append(avatar(name), byline, element('p', 'bubble', text), element('p', 'delivery'))
  return item
}

/**
 * @param {HTMLElement} item
 * @param {MessageView} message
 * @param {MessageView | undefined} before
 * @param {(id: string) => void} sendAgain
 */
function drawLine(item, { id, state, at, first, last, newest }, before, sendAgain) {
  item.classList.toggle('first', first)
  item.classList.toggle('last', last)
  item.classList.toggle('newest', newest)
  item.dataset.state = state
  const time = item.querySelector('time')
  if (time && at !== before?.at) time.textContent = timeWords(at)
  if (state === before?.state) return
  const delivery = item.querySelector('.delivery')
  delivery?.replaceChildren(deliveryWords[state])
  if (state !== 'failed') return
  const again = element('button', '', 'Send again')
  again.addEventListener('click', () => {
    // The button is about to go.
    byId('text').focus()
    sendAgain(id)
  })
  delivery?.append(' ', again)
}
