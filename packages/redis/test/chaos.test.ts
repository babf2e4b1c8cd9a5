/**
 * Nodes that broadcast and claim ids, while their connections to Redis break in every way, Redis stands still or loses its
 * data, and nodes die. What a node may not do even once is looked for all the time.
 * CHAOS_SECONDS and CHAOS_SEED make it longer, and repeat it.
 */
import type { BackplaneLink, BackplaneRoom, Claim } from '@protoo-kit/server-lite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../../server-lite/test/cluster-bed.js'
import { RedisBackplane } from '../src/index.js'
import { type Network, startProxy } from './proxy.js'
import { type RedisServer, startRedis } from './redis-server.js'

const SECONDS = Number(process.env.CHAOS_SECONDS ?? 12)
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9))
const NODES = 3
const ROOMS = 3
const IDS = 6
const LEASE = 1500

let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(() => redis.stop())

/** mulberry32 */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const tally = { sent: 0, received: 0, gaps: 0, claims: 0, refusals: 0, failures: 0, lapses: 0 }

/** Who acts for an id in a room: `link.current` says whether it really does. */
const owners = new Map<string, { part: Part; link: BackplaneLink }>()
const problems: string[] = []

/** A node's part of a room. */
class Part implements BackplaneRoom {
  readonly members = new Map<string, string>()
  readonly claims = new Map<string, Claim>()
  private readonly wanted = new Map<string, object>()
  /** By sender: the last number. */
  private readonly heard = new Map<string, number>()
  /** Counts what excuses a missing message. */
  gaps = 0
  private excused = new Map<string, number>()
  link: BackplaneLink | undefined
  private sent = 0

  constructor(
    readonly name: string,
    readonly room: string,
    private readonly senders: Map<string, Part>,
  ) {}

  broadcast(): void {
    tally.sent++
    this.link?.publish(`${this.name} ${++this.sent}`, [])
  }

  deliver(text: string): void {
    tally.received++
    const [sender = '', number = ''] = text.split(' ')
    const before = this.heard.get(sender)
    const excuses = this.gaps + (this.senders.get(`${this.room} ${sender}`)?.gaps ?? 0)
    if (before !== undefined && Number(number) <= before)
      problems.push(`${this.name} heard ${text} after ${before}`)
    if (before !== undefined && Number(number) > before + 1 && excuses === (this.excused.get(sender) ?? 0))
      problems.push(`${this.name} heard ${text} after ${before}, and was told of no gap`)
    this.heard.set(sender, Number(number))
    this.excused.set(sender, excuses)
  }

  joined({ id, info }: { id: string; info: { by?: string } }): void {
    this.members.set(id, info.by ?? '')
  }

  left(id: string): void {
    this.members.delete(id)
  }

  gap(): void {
    tally.gaps++
    this.gaps++
  }

  async call() {
    return {}
  }

  async claim(id: string, replace: boolean): Promise<void> {
    const { link } = this
    if (!link || this.wanted.has(id)) return
    this.drop(id)
    const wish = {}
    this.wanted.set(id, wish)
    // Given up meanwhile, and perhaps wished for again since.
    const given = () => this.wanted.get(id) === wish && this.wanted.delete(id)
    try {
      const claim = await link.claim(id, { by: this.name }, replace)
      if (!claim) {
        tally.refusals++
        given()
        return
      }
      if (!given()) return claim.release()
      tally.claims++
      const other = owners.get(this.key(id))
      if (other && other.part !== this && other.link.current && link.current)
        problems.push(`${this.name} and ${other.part.name} both have ${this.key(id)}`)
      owners.set(this.key(id), { part: this, link })
      this.claims.set(id, claim)
    } catch {
      tally.failures++
      given()
    }
  }

  yield(id: string, replace: boolean): boolean {
    if (!replace && (this.claims.has(id) || this.wanted.has(id))) return false
    this.drop(id)
    return true
  }

  lost(id: string): void {
    tally.lapses++
    this.drop(id)
  }

  drop(id: string): void {
    this.wanted.delete(id)
    const claim = this.claims.get(id)
    if (!claim) return
    this.claims.delete(id)
    if (owners.get(this.key(id))?.part === this) owners.delete(this.key(id))
    claim.release()
  }

  private key(id: string): string {
    return `${this.room} ${id}`
  }
}

interface Node {
  readonly proxy: Network
  readonly backplane: RedisBackplane
  readonly parts: Part[]
}

it(
  `nothing twice, nothing out of order, nothing missing in silence, and one owner: ${SECONDS} s of chaos with seed ${SEED}`,
  async () => {
    const random = randomFrom(SEED)
    const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T
    const senders = new Map<string, Part>()
    const dead: Node[] = []
    let born = 0
    const start = async (): Promise<Node> => {
      const proxy = await startProxy(redis.port)
      const backplane = new RedisBackplane({ url: proxy.url, lease: LEASE, timeout: 200 })
      const name = `node${++born}`
      const parts = Array.from({ length: ROOMS }, (_, index) => {
        const part = new Part(name, `room${index}`, senders)
        senders.set(`${part.room} ${name}`, part)
        part.link = backplane.join(part.room, part)
        return part
      })
      return { proxy, backplane, parts }
    }
    const nodes: Node[] = []
    for (let n = 0; n < NODES; n++) nodes.push(await start())
    await eventually(() => nodes.every(({ backplane }) => backplane.available))

    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    const end = performance.now() + SECONDS * 1000
    const underWay = new Set<Promise<void>>()
    const work = async () => {
      while (performance.now() < end) {
        const part = pick(pick(nodes).parts)
        const id = `id${random(IDS)}`
        const what = random(20)
        if (what < 14) for (let n = random(5); n >= 0; n--) part.broadcast()
        else if (what < 18) {
          const claiming = part.claim(id, random(2) === 0)
          underWay.add(claiming)
          void claiming.finally(() => underWay.delete(claiming))
        } else part.drop(id)
        await pause(random(8))
      }
    }
    const harm = async () => {
      while (performance.now() < end) {
        await pause(200 + random(800))
        const index = random(NODES)
        const node = nodes[index] as Node
        const what = random(12)
        if (what < 7) {
          node.proxy[pick(['cut', 'blackhole', 'deafen'] as const)]()
          await pause(random(what < 5 ? 500 : 2 * LEASE))
          node.proxy.heal()
        } else if (what < 9) {
          redis.freeze()
          await pause(random(LEASE))
          redis.thaw()
        } else if (what < 10) await redis.restart()
        else {
          // Dead to the others, at once and for good.
          node.proxy.cut()
          dead.push(node)
          nodes[index] = await start()
        }
      }
    }
    await Promise.all([work(), work(), work(), harm()])
    redis.thaw()
    for (const { proxy } of nodes) proxy.heal()
    await eventually(() => nodes.every(({ backplane }) => backplane.available))
    // Each settles, whatever has become of Redis and of the other nodes.
    await Promise.all(underWay)

    // All agree on who is there, and it is true.
    const truth = (room: number) =>
      nodes
        .flatMap(({ parts }) =>
          [...(parts[room]?.claims.keys() ?? [])].map((id) => `${id} ${parts[room]?.name}`),
        )
        .sort()
    const views = () =>
      nodes.flatMap(({ parts }) =>
        parts.map(({ members }) => [...members].map((entry) => entry.join(' ')).sort()),
      )
    const truths = () => nodes.flatMap(() => Array.from({ length: ROOMS }, (_, room) => truth(room)))
    await eventually(() => JSON.stringify(views()) === JSON.stringify(truths())).catch(() => {
      expect(views()).toEqual(truths())
    })
    // What is said now arrives.
    for (const { parts } of nodes) for (const part of parts) part.broadcast()
    const { received } = tally
    await eventually(() => tally.received >= received)
    for (const { backplane } of [...nodes, ...dead]) await backplane.close()
    console.log(`chaos: ${JSON.stringify(tally)}`)
    expect(problems).toEqual([])
    expect(tally.received).toBeGreaterThan(tally.sent)
    expect(tally.claims).toBeGreaterThan(SECONDS)
  },
  (SECONDS + 60) * 1000,
)
