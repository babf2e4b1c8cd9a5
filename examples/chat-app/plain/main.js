// The chat as a page without a build step.
import { connectionStatus, createPeer } from '/protoo.min.js'
import { defineReconnectBanner } from '/reconnect-banner.min.js'
import { createChat } from '../shared/chat-model.js'
import { defineNetworkDrawer } from '../shared/network-drawer.js'
import { openVisit } from '../shared/visit.js'
import { bannerMessages, connectionWords } from '../shared/words.js'
import { byId, element } from './elements.js'
import { drawMessages, scrollToEnd } from './messages.js'
import { drawPeople } from './people.js'

/**
 * @import { Peer } from '@protoo-kit/client-core'
 * @import { ReconnectBannerElement } from '@protoo-kit/client-core/reconnect-banner'
 * @import { Chat } from '../shared/chat-state.js'
 * @import { ChatContract } from '../shared/contract.js'
 * @import { Visit } from '../shared/visit.js'
 */

const visit = openVisit()
if (visit) enter(visit)

/** @param {Visit} visit */
async function enter(visit) {
  const { url, retry, peerId, name, room } = visit
  // With `?devtools` only: the page does without it otherwise.
  const tools = new URLSearchParams(location.search).has('devtools')
    ? await import('/devtools.min.js')
    : undefined
  const recorder = tools && new tools.Recorder()
  /** @type {Peer<ChatContract>} */
  const peer = createPeer(url, { retry, ...(recorder && { WebSocket: recorder.WebSocket }) })
  if (recorder) tools.openDevtools(recorder, peer)
  const chat = createChat(peer, { you: peerId, name, room })

  const stop = chat.start()
  const leave = () => {
    // In this order: what is under way has not failed, and is sent when this person is back.
    stop()
    peer.close()
    visit.leave()
  }

  drawRoom(visit, leave)
  showConnection(peer)
  write(peer, chat)
  showChat(peer, chat, leave)
}

/**
 * What does not change.
 *
 * @param {Visit} visit
 * @param {() => void} leave
 */
function drawRoom({ room, peerId, frontEnds }, leave) {
  document.title = byId('title').textContent = room
  for (const button of document.querySelectorAll('[data-leave]')) button.addEventListener('click', leave)
  for (const { name, href, current } of frontEnds) {
    const link = element('a', '', name)
    link.href = href
    if (current) link.setAttribute('aria-current', 'page')
    byId('fronts').append(link)
  }
  document.querySelector('network-drawer')?.setAttribute('peer-id', peerId)
  defineNetworkDrawer()
  byId('chat').hidden = false
}

/** @param {Peer<ChatContract>} peer */
function showConnection(peer) {
  const banner = document.querySelector('protoo-reconnect-banner')
  if (banner) Object.assign(banner, { peer, messages: bannerMessages })
  defineReconnectBanner()

  const status = connectionStatus(peer)
  status.subscribe(draw)
  draw()

  function draw() {
    const { text, tone } = connectionWords(status.get())
    byId('state').textContent = text
    byId('state').dataset.tone = tone
    byId('chat').classList.toggle('down', status.get().visible)
  }
}

/**
 * @param {Peer<ChatContract>} peer
 * @param {Chat} chat
 */
function write(peer, chat) {
  const field = /** @type {HTMLTextAreaElement} */ (byId('text'))
  const form = /** @type {HTMLFormElement} */ (byId('composer'))
  field.value = chat.get().draft
  field.focus()
  field.setSelectionRange(field.value.length, field.value.length)

  field.addEventListener('input', () => chat.setDraft(field.value))
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!chat.send(field.value)) return
    field.value = ''
    scrollToEnd()
  })

  // Sending goes by the connection itself, at once.
  peer.subscribe(draw)
  draw()

  function draw() {
    byId('send').setAttribute('aria-disabled', String(!peer.connected))
  }
}

/**
 * @param {Peer<ChatContract>} peer
 * @param {Chat} chat
 * @param {() => void} leave
 */
function showChat(peer, chat, leave) {
  chat.subscribe(draw)
  draw()
  scrollToEnd()

  function draw() {
    const { members, messages, refused } = chat.get()
    drawPeople(members)
    drawMessages(messages, chat.sendAgain)
    byId('refused').hidden = refused === undefined
    if (refused === undefined) return
    const back = element('button', 'primary', 'Back to start')
    back.addEventListener('click', leave)
    byId('refused').replaceChildren(element('p', '', `The server says: ${refused}`), back)
    peer.close()
  }
}
