/** @import { ChatState } from '../shared/chat-state.js' */
import { peopleWords, typingWords } from '../shared/words.js'
import { avatar, byId, element } from './elements.js'

/** @type {ChatState['members'] | undefined} */
let drawn

/** @param {ChatState['members']} members */
export function drawPeople(members) {
  if (drawn?.length === members.length && members.every((member, index) => member === drawn?.[index])) return
  drawn = members
  byId('members').replaceChildren(
    ...members.map(({ name, presence, typing, you }) => {
      const item = element('li')
      item.dataset.presence = presence
      item.append(avatar(name), element('span', 'name', name))
      if (you) item.append(element('span', 'you', 'you'))
      if (presence === 'away') item.append(element('span', 'presence', 'away'))
      else if (typing) item.append(element('span', 'typing', 'typing…'))
      return item
    }),
  )
  byId('count').textContent = String(members.length)
  byId('names').textContent = peopleWords(members)
  byId('typing').textContent = typingWords(members)
}
