/**
 * The same clients say the same to protoo-server and to ours: answers, order and what the applications see must be equal. Ids that
 * servers choose are compared by their order. DIFFERENTIAL_SEED repeats a run.
 */
import type { Data } from '@protoo-kit/protocol'
import { describe, expect, it } from 'vitest'
import type { Peer } from '../src/index.js'
import { type Client, connect, type Implementation, lite, serveRoom, stock } from './support.js'

const seed = Number(process.env.DIFFERENTIAL_SEED ?? Math.floor(Math.random() * 1e9))
const EXCHANGES = 10_000
const CLIENTS = 4

/** mulberry32 */
function randomFrom(start: number) {
  let state = start
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * end)
  }
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  return { below, pick }
}

type Random = ReturnType<typeof randomFrom>

/** No frame gets to 64 KiB, the most that the original takes. */
const TEXTS = ['', 'x', 'é😀', '\u2028', '"\\', '__proto__', 'constructor', 'a'.repeat(2000)]

function value({ below, pick }: Random, depth = 3): Data {
  const kind = below(depth > 0 ? 7 : 5)
  if (kind === 0) return pick([0, -0, 1.5, -1e308, 2 ** 53, 1e-7])
  if (kind === 1) return pick([true, false, null])
  if (kind < 5) return pick(TEXTS)
  const random = { below, pick }
  const items = Array.from({ length: below(4) }, () => value(random, depth - 1))
  return kind === 5
    ? items
    : Object.fromEntries(items.map((item, index) => [pick(['a', 'b', `k${index}`]), item]))
}

/** One thing that a client does. What all of it comes to is seen when it asks `end`. */
interface Step {
  readonly client: number
  readonly frames: readonly string[]
  /** Frames that come back because of it, to this client. */
  readonly answers: number
}

function step(random: Random, index: number): Step {
  const { below, pick } = random
  const client = below(CLIENTS)
  // Any number is an id; those that are equal have been answered before the next is asked.
  const id = pick([index + 1, index + 0.5, -index - 1, index * 1e9])
  const request = (method: string, data: Data = value(random)): string =>
    JSON.stringify({ request: true, id, method, data, ...(below(5) === 0 && { extra: 'dropped' }) })
  switch (below(8)) {
    case 0:
      return { client, frames: [request('echo')], answers: 1 }
    case 1:
      return {
        client,
        frames: [request(pick(['refuse', 'refuse with an error', 'fail', 'refuse with a code alone']))],
        answers: 1,
      }
    case 2:
      return {
        client,
        frames: [
          JSON.stringify({ notification: true, method: pick(TEXTS.slice(0, 7)), data: value(random) }),
        ],
        answers: 0,
      }
    case 3:
      return { client, frames: [request('later')], answers: 1 }
    case 4:
      // The server asks in turn, and hands on what it is told.
      return {
        client,
        frames: [request('ask back', { value: value(random), ok: below(2) === 0 })],
        answers: 2,
      }
    case 5:
      // Absent and falsy data.
      return {
        client,
        frames: [
          `{"request":true,"id":${id},"method":"echo"${pick(['', ',"data":null', ',"data":0', ',"data":""', ',"data":false'])}}`,
        ],
        answers: 1,
      }
    case 6:
      // White space, and fields in another order, and truthy ones.
      return {
        client,
        frames: [
          `{ "data" : ${JSON.stringify(value(random))}, "method":"echo",\n"id":${id},\t"request":${pick(['1', '"yes"', '[]', 'true'])} }`,
        ],
        answers: 1,
      }
    default:
      return {
        client,
        frames: Array.from({ length: below(6) }, () =>
          JSON.stringify({ notification: true, method: 'n', data: value(random) }),
        ),
        answers: 0,
      }
  }
}

/** What the application does, and what it has seen. */
function application(peer: Peer, seen: unknown[]): void {
  peer.on('notification', ({ method, data }) => seen.push([peer.id, method, data]))
  peer.on('request', (request, accept, reject) => {
    const { method, data } = request
    seen.push([peer.id, Object.keys(request), method, data])
    if (method === 'echo') accept(data)
    else if (method === 'refuse') reject(409, 'taken')
    else if (method === 'refuse with an error') reject(new Error('ERR'))
    else if (method === 'refuse with a code alone') reject(404)
    else if (method === 'fail') throw new Error('BOOM')
    else if (method === 'later') setImmediate(() => accept(data))
    else if (method === 'ask back')
      peer.request('question', data).then(
        (answer: Data) => accept({ answer }),
        (error: Data) => reject(error.code, error.message),
      )
    else if (method === 'end') accept({})
  })
}

/** The next frame; what the server asks is answered, as what it asks says. */
async function take(client: Client): Promise<Data> {
  const frame = await client.next()
  if (!frame.request) return normalise(frame)
  const { id, method, data } = frame
  const answer = data.ok ? { ok: true, data: data.value } : { errorCode: 418, errorReason: 'teapot' }
  client.send({ response: true, id, ...answer })
  return { request: frame.request, method, data }
}

/** Error responses of the original have no `ok` (S17), and no reason where none was given: which is read as an empty one. */
function normalise(frame: Data): Data {
  const { ok, ...rest } = frame
  return ok ? frame : { errorReason: '', ...rest }
}

async function run(implementation: Implementation, steps: readonly Step[]) {
  const limits = { messagesPerSecond: Number.POSITIVE_INFINITY }
  const bed = await serveRoom(implementation, implementation === lite ? { limits } : {})
  const seen: unknown[][] = []
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, number) => {
      const client = await connect(bed.port, `/?peerId=client${number}`)
      const log: unknown[] = []
      seen[number] = log
      application(await bed.joined(`client${number}`), log)
      return client
    }),
  )
  const told: Data[][] = clients.map(() => [])
  for (const { client: number, frames, answers } of steps) {
    const client = clients[number] as Client
    for (const frame of frames) client.send(frame)
    for (let count = 0; count < answers; count++) told[number]?.push(await take(client))
  }
  for (const [number, client] of clients.entries()) {
    client.send({ request: true, id: 1, method: 'end' })
    told[number]?.push(await take(client))
  }
  return { seen, told }
}

describe(`10,000 random exchanges (DIFFERENTIAL_SEED=${seed})`, () => {
  it('come to the same with protoo-server and with ours', { timeout: 300_000 }, async () => {
    const random = randomFrom(seed)
    const steps = Array.from({ length: EXCHANGES }, (_, index) => step(random, index))
    const theirs = await run(stock, steps)
    const own = await run(lite, steps)
    expect(theirs.told.flat().length).toBeGreaterThan(EXCHANGES / 2)
    for (let client = 0; client < CLIENTS; client++) {
      expect(own.seen[client]).toEqual(theirs.seen[client])
      expect(own.told[client]).toEqual(theirs.told[client])
    }
  })
})
