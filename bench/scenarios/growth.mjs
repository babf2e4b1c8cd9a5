// Each cost at four sizes: the server's CPU time for one of whatever it is, which is to stay the same.
import { attachSocket, createSession, flushMessages, keepMessage, receiveFrame } from '@protoo-kit/protocol'
import { Pair } from '../lib/processes.mjs'
import { ours } from '../systems/index.mjs'
import { broadcast, setUp } from './connections.mjs'
import { request } from './messages.mjs'

/** @param {boolean} quick */
export async function growth(quick) {
  const pair = await Pair.start(ours)
  const share = quick ? 4 : 1
  /** @type {[name: string, sizes: number[], run: (size: number) => Promise<{ cpu: number }>][]} */
  const costs = [
    [
      'requests in flight',
      [4, 32, 256, 2048],
      (size) => request(pair, 'load', Math.round(60_000 / share), size),
    ],
    ['connections', [250, 500, 1000, 2000], (size) => setUp(pair, size)],
    [
      'size of the room',
      [125, 250, 500, 1000],
      (size) => broadcast(pair, size, Math.round(40_000 / size / share)),
    ],
    ['messages kept', [1000, 4000, 16_000, 64_000], async (size) => keep(size)],
  ]
  try {
    /** @type {Record<string, Record<string, number>>} */
    const result = {}
    for (const [name, sizes, run] of costs) {
      await run(sizes[0] ?? 1)
      result[name] = {}
      for (const size of sizes) result[name][size] = Number((await run(size)).cpu.toPrecision(4))
    }
    return result
  } finally {
    await pair.kill()
  }
}

/**
 * What a session does for a client that is away: keeps so many messages, sends them when it is back, and lets go of them when it has them.
 * @param {number} count
 */
function keep(count) {
  const texts = Array.from({ length: count }, (_, n) =>
    JSON.stringify({ notification: true, method: 'bench', data: { n } }),
  )
  const repeat = Math.ceil(256_000 / count)
  const before = process.cpuUsage()
  for (let round = 0; round < repeat; round++) {
    const session = createSession()
    for (const text of texts) keepMessage(session, text)
    let sent = 0
    attachSocket(session, { bufferedAmount: 0, send: () => void sent++ }, 0)
    flushMessages(session)
    for (let ack = 64; ack <= count; ack += 64) receiveFrame(session, JSON.stringify({ ack }))
    if (sent !== count || session.sent - session.acked !== count % 64)
      throw new Error(`${sent} of ${count} were sent`)
  }
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / count / repeat }
}
