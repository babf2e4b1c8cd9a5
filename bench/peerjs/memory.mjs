// What a connection costs a broker that has nothing to do.
import { open } from './wire.mjs'

/** Connections that are opened at a time. */
const AT_ONCE = 50

/**
 * @param {import('./broker-process.mjs').BrokerProcess} broker
 * @param {number} connections
 * @returns {Promise<{ rss: number, used: number }>} bytes for each
 */
export async function measureMemory(broker, connections) {
  // The first ones make what all of them share.
  const sockets = await openMany(broker.port, 'warm', AT_ONCE)
  const before = await broker.usage()
  sockets.push(...(await openMany(broker.port, 'idle', connections)))
  const after = await broker.usage()
  for (const socket of sockets) socket.destroy()
  return {
    rss: (after.rss - before.rss) / connections,
    used: (after.used - before.used) / connections,
  }
}

/**
 * @param {number} port
 * @param {string} name
 * @param {number} count
 */
async function openMany(port, name, count) {
  /** @type {import('node:net').Socket[]} */
  const sockets = []
  while (sockets.length < count) {
    const start = sockets.length
    const batch = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, index) =>
      open(port, `${name}-${start + index}`),
    )
    sockets.push(...(await Promise.all(batch)))
  }
  return sockets
}
