import { defineReconnectBanner } from './reconnect-banner.min.js'
import { createRoutedPeer } from './routed.min.js'

defineReconnectBanner()

const $ = (id) => document.getElementById(id)
const query = new URLSearchParams(location.search)
// One device per tab, which a reload keeps.
sessionStorage.uuid ??= newId()
const { uuid } = sessionStorage

/** Who is there: their devices, by username. */
const users = new Map()
/** What was said, by username; and how much of it nobody has looked at. */
const conversations = new Map()
let peer
let username = ''
/** Whom one talks with. */
let partner

// ---- The door

$('name').value = query.get('name') ?? sessionStorage.username ?? ''
$('signin').addEventListener('submit', (event) => {
  event.preventDefault()
  signIn($('name').value.trim())
})
$('signout').addEventListener('click', () => {
  peer.close(1000, 'signed out')
  delete sessionStorage.username
  $('app').hidden = true
  $('door').hidden = false
  $('name').focus()
})

function signIn(name) {
  if (!name) return
  username = sessionStorage.username = name
  users.clear()
  conversations.clear()
  open(undefined)
  endCall()
  $('me').textContent = name
  $('door').hidden = true
  $('app').hidden = false
  peer = createRoutedPeer(
    `${location.origin.replace('http', 'ws')}/?${new URLSearchParams({ username, uuid })}`,
  )
  $('banner').peer = peer
  peer.subscribe(drawState)
  drawState()
  peer.on('request', answer)
  peer.on('open', async () => {
    const { data } = await peer.request('get', '/users')
    know(data.users)
  })
}

function drawState() {
  const { state, cause } = peer.status
  $('state').dataset.state = state
  $('send').setAttribute('aria-disabled', String(state !== 'open'))
  $('state').textContent =
    cause === 'replaced'
      ? 'Open elsewhere'
      : ({ open: 'Online', closed: 'Signed out' }[state] ?? 'Connecting…')
}

// ---- What the server asks

/** @param {import('@protoo-kit/client-core/routed').RoutedRequest} request */
function answer(request) {
  const { method, data, sender } = request
  if (method === 'update' && !data.sessionPath) {
    know(data.users)
    request.reply(200)
  } else if (method === 'message' && sender) {
    say(sender.username, { text: data.text, own: false })
    request.reply(200, 'delivered')
  } else if (method === 'session' && sender) ring(request)
  else if (call && data.sessionPath === call.path) inCall(request)
  else request.reply(404, 'no such session')
}

function know(list) {
  users.clear()
  for (const { username: name, uuids } of list) users.set(name, uuids)
  drawUsers()
  drawPartner()
}

// ---- Messages

function say(name, message) {
  const conversation = conversations.get(name) ?? { messages: [], unread: 0 }
  conversations.set(name, conversation)
  conversation.messages.push(message)
  if (name === partner) drawMessages()
  else if (!message.own) conversation.unread++
  drawUsers()
}

$('composer').addEventListener('submit', async (event) => {
  event.preventDefault()
  const text = $('text').value.trim()
  if (!text || !peer.connected) return
  $('text').value = ''
  const message = { text, own: true, outcome: 'Sending…' }
  const to = partner
  say(to, message)
  try {
    const { reason } = await peer.request('message', `/users/${encodeURIComponent(to)}`, { text })
    message.outcome =
      reason === 'delivered'
        ? 'Delivered'
        : reason.replace(/^message sent to/, 'Sent to').replace('peers', 'devices')
  } catch (error) {
    message.outcome = `Not delivered: ${error.message}`
    message.failed = true
  }
  if (to === partner) drawMessages()
})

function open(name) {
  partner = name
  const conversation = conversations.get(name)
  if (conversation) conversation.unread = 0
  $('app').classList.toggle('talking', name !== undefined)
  $('chat').hidden = name === undefined
  $('nobody').hidden = name !== undefined
  drawUsers()
  drawPartner()
  drawMessages()
  if (name !== undefined) $('text').focus()
}

$('back').addEventListener('click', () => {
  const before = partner
  open(undefined)
  document.querySelector(`[data-user="${CSS.escape(before)}"]`)?.focus()
})

// ---- Sessions: what both write, letter by letter

let call

async function offer(device) {
  const mine = { state: 'calling', name: partner, path: undefined }
  startCall(mine)
  try {
    const path = `/users/${encodeURIComponent(partner)}/${encodeURIComponent(device)}`
    await peer.request(
      'session',
      path,
      {},
      {
        onProgress({ status, data }) {
          mine.path ??= data.sessionPath
          if (status > 100) mine.state = 'ringing'
          drawCall()
        },
      },
    )
    if (call !== mine) return
    mine.state = 'open'
    drawCall()
    $('mine').focus()
  } catch (error) {
    if (call === mine) endCall(`${mine.name}: ${error.message}`)
  }
}

function ring(request) {
  if (call) {
    request.reply(486, 'busy')
    return
  }
  request.reply(180, 'ringing')
  startCall({ state: 'rings', name: request.sender.username, path: request.data.sessionPath, request })
}

function inCall(request) {
  if (request.method === 'end') {
    request.reply(200)
    endCall(`${call.name} has ended the session`)
  } else {
    $('theirs').textContent = String(request.data.text ?? '')
    request.reply(200)
  }
}

$('accept').addEventListener('click', () => {
  call.request.reply(200, 'OK')
  call.state = 'open'
  drawCall()
  $('mine').focus()
})

$('hangup').addEventListener('click', () => {
  const { state, request, path } = call
  if (state === 'rings') request.reply(480, 'declined')
  else if (path) peer.request('end', path).catch(() => {})
  endCall()
})

$('mine').addEventListener('input', () => {
  if (call?.state !== 'open' || !peer.connected) return
  peer.request('update', call.path, { text: $('mine').value }).catch(() => {})
})

function startCall(mine) {
  call = mine
  $('mine').value = $('theirs').textContent = ''
  drawCall()
}

function endCall(words = '') {
  // Whoever was on a button of it goes on writing.
  const focused = $('call').contains(document.activeElement)
  call = undefined
  drawCall(words)
  if (focused && partner !== undefined) $('text').focus()
}

function drawCall(words = '') {
  const { state, name } = call ?? {}
  $('call').hidden = !call && !words
  $('call-words').textContent =
    {
      calling: `Calling ${name}…`,
      ringing: `${name} is being asked…`,
      rings: `${name} offers a session`,
      open: `In session with ${name}`,
    }[state] ?? words
  $('accept').hidden = state !== 'rings'
  $('hangup').hidden = !call
  $('hangup').textContent = { rings: 'Decline', open: 'End' }[state] ?? 'Cancel'
  $('boards').hidden = state !== 'open'
  $('theirs-of').textContent = `${name} writes`
}

// ---- What is shown

function drawUsers() {
  const names = [...new Set([...users.keys(), ...conversations.keys()])].filter(
    (name) => name !== username || users.get(name)?.length > 1,
  )
  const focused = document.activeElement?.dataset.user
  $('alone').hidden = names.length > 0
  $('users').replaceChildren(
    ...names.map((name) => {
      const item = element('li')
      const button = element('button')
      button.type = 'button'
      button.dataset.user = name
      button.setAttribute('aria-current', name === partner)
      const label = element('span', 'name', name === username ? `${name} (you)` : name)
      label.append(element('small', '', devicesOf(name)))
      button.append(avatar(name), label)
      const unread = conversations.get(name)?.unread
      if (unread) {
        const count = element('span', 'unread', String(unread))
        count.append(element('span', 'visually-hidden', ' unread'))
        button.append(count)
      }
      button.addEventListener('click', () => open(name))
      item.append(button)
      return item
    }),
  )
  if (focused !== undefined) document.querySelector(`[data-user="${CSS.escape(focused)}"]`)?.focus()
}

function devicesOf(name) {
  const count = users.get(name)?.length ?? 0
  return count === 0 ? 'offline' : count === 1 ? '1 device' : `${count} devices`
}

function drawPartner() {
  if (partner === undefined) return
  $('with').textContent = partner
  $('devices').textContent = devicesOf(partner)
  const devices = (users.get(partner) ?? []).filter((device) => partner !== username || device !== uuid)
  const focused = document.activeElement?.dataset.device
  $('calls').replaceChildren(
    ...devices.map((device, index) => {
      const button = element('button', '', devices.length > 1 ? `Session, device ${index + 1}` : 'Session')
      button.type = 'button'
      button.dataset.device = device
      button.addEventListener('click', () => {
        if (!call && peer.connected) offer(device)
      })
      return button
    }),
  )
  if (focused !== undefined) document.querySelector(`[data-device="${CSS.escape(focused)}"]`)?.focus()
}

function drawMessages() {
  const messages = conversations.get(partner)?.messages ?? []
  $('messages').replaceChildren(
    ...messages.map(({ text, own, outcome, failed }) => {
      const item = element('li', own ? 'message own' : 'message')
      item.append(
        element('span', 'visually-hidden', own ? 'You: ' : `${partner}: `),
        element('p', 'bubble', text),
      )
      if (outcome) {
        const line = element('p', 'outcome', outcome)
        line.toggleAttribute('data-failed', !!failed)
        item.append(line)
      }
      return item
    }),
  )
  $('log').scrollTop = $('log').scrollHeight
}

/** Text only: what others wrote never becomes markup. */
function element(tag, className = '', text = '') {
  const node = document.createElement(tag)
  if (className) node.className = className
  node.textContent = text
  return node
}

function avatar(name) {
  const node = element('span', 'avatar', [...name][0]?.toUpperCase())
  node.style.setProperty(
    '--hue',
    [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 3600, 7) % 360,
  )
  node.setAttribute('aria-hidden', 'true')
  return node
}

// Not randomUUID(), which only secure pages have.
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}

if (query.get('name') || sessionStorage.username) signIn($('name').value.trim())
else $('name').focus()
