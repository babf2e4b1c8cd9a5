// Pairs of clients, one of which sends offers to the other. Every one is counted, and comes in its turn.
import { numberOf, offer, renumber } from './offer.mjs'
import { open, Reader } from './wire.mjs'

/** @typedef {{ pairs: number, window: number, messages: number }} Load `window`: offers of one pair that are under way */

/**
 * @param {import('./broker-process.mjs').BrokerProcess} broker
 * @param {Load} load
 * @returns {Promise<{ rate: number, cpu: number }>} messages a second; µs of the broker's processor for each
 */
export async function measureRelay(broker, { pairs, window, messages }) {
  const each = Math.floor(messages / pairs)
  const all = await Promise.all(Array.from({ length: pairs }, (_, index) => openPair(broker.port, index)))
  const before = await broker.usage()
  const start = performance.now()
  await Promise.all(all.map((pair) => converse(pair, each, window)))
  const seconds = (performance.now() - start) / 1000
  const after = await broker.usage()
  for (const { sender, receiver } of all) {
    sender.destroy()
    receiver.destroy()
  }
  const total = each * pairs
  return { rate: total / seconds, cpu: ((after.cpu - before.cpu) * 1000) / total }
}

/**
 * @param {number} port
 * @param {number} index
 */
async function openPair(port, index) {
  const dst = `to-${index}`
  const [sender, receiver] = await Promise.all([open(port, `from-${index}`), open(port, dst)])
  return { sender, receiver, dst }
}

/**
 * @param {Awaited<ReturnType<typeof openPair>>} pair
 * @param {number} count
 * @param {number} window
 * @returns {Promise<void>} once all have arrived; rejects when one is lost, doubled or out of turn
 */
function converse({ sender, receiver, dst }, count, window) {
  let sent = 0
  let received = 0
  const template = offer(dst, 0)
  const send = (/** @type {number} */ number) => {
    const batch = Array.from({ length: Math.min(number, count - sent) }, () => {
      const bytes = Buffer.from(template)
      renumber(bytes, dst, ++sent)
      return bytes
    })
    if (batch.length > 0) sender.write(Buffer.concat(batch))
  }
  return new Promise((resolve, reject) => {
    const reader = new Reader((bytes, _start, end) => {
      received += 1
      const number = numberOf(bytes, end)
      if (number !== received) reject(new Error(`offer ${received} of ${dst} is number ${number}`))
    })
    receiver.on('data', (chunk) => {
      const before = received
      reader.read(chunk)
      if (received === count) resolve()
      else send(received - before)
    })
    receiver.on('close', () => reject(new Error(`${dst} was disconnected after ${received} offers`)))
    sender.on('close', () => reject(new Error(`the sender to ${dst} was disconnected`)))
    send(window)
  })
}
