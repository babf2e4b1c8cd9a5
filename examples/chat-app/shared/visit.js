/**
 * Who comes to which room: from the address, and from what the tab remembers.
 *
 * @typedef {object} Visit
 * @property {string} name
 * @property {string} room
 * @property {string} peerId one for each tab, which a reload keeps: the server then replaces the connection before
 * @property {string} url of the room's server
 * @property {{ retries?: number, minTimeout?: number, maxTimeout?: number }} retry for trying things out: from
 *   `?retries=3&minTimeout=200&maxTimeout=1000` (ms)
 * @property {() => void} leave goes back to the start page
 * @property {{ name: string, href: string, current: boolean }[]} frontEnds the same room as each of them shows it
 */
import { newId } from './id.js'

/** Most characters, for the server too. */
export const MAX_NAME = 40
export const MAX_ROOM = 64

/**
 * Takes the name out of the address, which is for others too.
 *
 * @returns {Visit | undefined} undefined when it is not known who, or where: then the start page is about to come
 */
export function openVisit() {
  const query = new URLSearchParams(location.search)
  const front = location.pathname.split('/')[1] ?? ''
  const room = (query.get('room') ?? '').trim().slice(0, MAX_ROOM)
  const remembered = sessionStorage.inside === room ? sessionStorage.name : ''
  const name = (query.get('name') ?? remembered ?? '').trim().slice(0, MAX_NAME)
  const leave = () => {
    delete sessionStorage.inside
    location.assign(`/?${new URLSearchParams({ front, room })}`)
  }
  if (!room || !name) {
    location.replace(`/?${new URLSearchParams({ front, ...(room && { room }) })}`)
    return undefined
  }

  sessionStorage.peerId ??= newId()
  Object.assign(sessionStorage, { name, inside: room })
  query.set('room', room)
  query.delete('name')
  query.delete('front')
  history.replaceState(history.state, '', `?${query}`)

  const { peerId } = sessionStorage
  const url = new URL(`/?${new URLSearchParams({ roomId: room, peerId })}`, location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  const frontEnds = Object.entries({ plain: 'Plain', react: 'React', vue: 'Vue' }).map(([path, name]) => ({
    name,
    href: `/${path}/?${query}`,
    current: path === front,
  }))
  return { name, room, peerId, url: url.href, retry: retryOptions(query), frontEnds, leave }
}

/**
 * @param {URLSearchParams} query
 * @returns {Visit['retry']}
 */
function retryOptions(query) {
  /** @type {Visit['retry']} */
  const retry = {}
  for (const option of /** @type {const} */ (['retries', 'minTimeout', 'maxTimeout'])) {
    const value = Number(query.get(option))
    if (query.has(option) && value >= 0) retry[option] = value
  }
  return retry
}
