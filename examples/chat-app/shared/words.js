/**
 * The words that all three front ends use.
 *
 * @import { BannerMessages, ConnectionStatus } from '@protoo-kit/client-core'
 * @import { ChatState, Delivery } from './chat-state.js'
 */

/**
 * For the corner of the page.
 *
 * @param {Pick<ConnectionStatus, 'phase' | 'visible'>} status
 * @returns {{ text: string, tone: 'good' | 'waiting' | 'bad' }}
 */
export function connectionWords({ phase, visible }) {
  if (phase === 'idle' || phase === 'connecting') return { text: 'Connecting…', tone: 'waiting' }
  if (phase === 'closed') return { text: 'Disconnected', tone: 'bad' }
  // A short interruption is not worth a word.
  if (phase === 'connected' || !visible) return { text: 'Connected', tone: 'good' }
  if (phase === 'offline') return { text: 'Offline', tone: 'bad' }
  return { text: 'Reconnecting…', tone: 'waiting' }
}

/** Beside an own message; a failed one has a button "Send again" after it. @type {Record<Delivery, string>} */
export const deliveryWords = { sending: 'Sending…', sent: 'Sent', failed: 'Not sent.' }

/** @type {Partial<BannerMessages>} */
export const bannerMessages = {
  replaced: 'This chat goes on in another window',
  kicked: 'This room was closed by the server',
  reload: 'Join again',
}

/** @param {ChatState['members']} members */
export function typingWords(members) {
  const [one, two, three] = members.filter(({ typing }) => typing)
  if (!one) return ''
  if (three) return 'Several people are typing…'
  return two ? `${one.name} and ${two.name} are typing…` : `${one.name} is typing…`
}

/** Under the room's name, where there is no room for a list. @param {ChatState['members']} members */
export function peopleWords(members) {
  const others = members.filter(({ you }) => !you)
  if (others.length === 0) return 'Only you are here'
  return `You, ${others.map(({ name, presence }) => (presence === 'away' ? `${name} (away)` : name)).join(', ')}`
}

/** @param {number} at epoch ms */
export function timeWords(at) {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
}
