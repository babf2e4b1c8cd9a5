// A cluster of three nodes under load: what is done to it, and what must hold.
import { mkdirSync } from 'node:fs'
import { createClient, createTally } from './clients.mjs'
import { createNode, startRedis } from './programs.mjs'

const NODES = 3
/** Of last words. */
const ROUNDS = 10

/**
 * `patience`: ms until all agree at the end; `log`: a folder for what the nodes log.
 * @typedef {{ rooms: number, clients: number, lease: number, seed: number, patience?: number, log?: string | undefined }} Size
 */
/** @typedef {Awaited<ReturnType<typeof startCluster>>} Cluster */
/** @typedef {import('./clients.mjs').Client} Client */

/** mulberry32 @param {number} seed @returns {(below: number) => number} */
function randomFrom(seed) {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** @param {string} what @param {() => boolean | Promise<boolean>} check */
async function until(what, check, patience = 90_000, details = () => '') {
  const deadline = performance.now() + patience
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`it has not come to this: ${what} ${details()}`)
    await pause(50)
  }
}

/** @param {Size} size */
export async function startCluster({ rooms, clients: count, lease, seed, patience = 5000, log }) {
  const random = randomFrom(seed)
  if (log) mkdirSync(log, { recursive: true })
  const redis = await startRedis()
  const tally = createTally()
  /** @type {string[]} */
  const problems = []
  /** @type {string[]} */
  const left = []
  const told = { handovers: 0, gaps: 0 }
  const settings = { rooms, lease, window: 30_000, grace: 2 * lease + 3000, log }
  const nodes = Array.from({ length: NODES }, () =>
    createNode(redis.url, settings, (message) => {
      if (message.left) left.push(message.left)
      if (message.handover) told.handovers++
      if (message.gap) told.gaps++
    }),
  )
  await Promise.all(nodes.map((node) => node.start()))
  // As a load balancer does: nobody is sent where nobody is taken.
  const port = () => {
    const up = nodes.filter((node) => node.up)
    const node = up[random(up.length)] ?? nodes[0]
    return node?.port ?? 0
  }
  const clients = Array.from({ length: count }, (_, index) =>
    createClient(`peer${index}`, `room${index % rooms}`, port, tally, problems),
  )
  await until('all are there', () => clients.every(({ open }) => open))
  for (const client of clients) client.longest = 0
  const expected = Object.fromEntries(
    Array.from({ length: rooms }, (_, index) => {
      const room = `room${index}`
      return [
        room,
        clients
          .filter((client) => client.room === room)
          .map(({ name }) => name)
          .sort(),
      ]
    }),
  )
  const agreed = async () => {
    const views = await Promise.all(nodes.map((node) => node.members()))
    return views.every((view) =>
      Object.entries(expected).every(([room, names]) => view[room]?.join() === names.join()),
    )
  }
  await until('all know each other', agreed)
  let working = true
  const work = (async () => {
    while (working) {
      const client = clients[random(count)]
      client?.say()
      if (random(10) === 0) void client?.ask()
      await pause(random(Math.ceil(2000 / count)) + 1)
    }
  })()
  return {
    ...{ redis, nodes, clients, tally, problems, left, told, random, agreed },
    /** Ends the load, and resolves when everything that must arrive has. */
    async settle() {
      working = false
      await work
      const away = () => clients.filter(({ open }) => !open).map(({ name, peer }) => [name, peer.status])
      const details = () => JSON.stringify({ away: away().slice(0, 5), problems: problems.slice(0, 20) })
      const isBehind = (/** @type {Client} */ one) => (/** @type {Client} */ other) =>
        one !== other && one.room === other.room && !one.hasHeard(other.last)
      const behind = () => clients.filter((one) => clients.some(isBehind(one)))
      const unheard = () =>
        behind().map((one) => {
          const names = clients.filter(isBehind(one)).map(({ name }) => name)
          return `in ${one.room} ${one.name} has not heard ${names}: ${one.history.join(', ')}`
        })
      // Each one's last word reaches everybody, and before it all others. But the last of the chaos may still be felt, and
      // somebody be told only now that it has missed something: then all say another.
      let excused = true
      for (let round = 0; excused; round++) {
        if (round === ROUNDS) throw new Error(`somebody misses something in each round: ${details()}`)
        await until('all are back', () => away().length === 0, undefined, details)
        const said = performance.now()
        for (const client of clients) client.say()
        await until(
          'everybody has heard everybody',
          () => {
            excused = clients.some((client) => client.excused > said)
            return excused || behind().length === 0
          },
          undefined,
          () => `${details()} ${JSON.stringify(unheard())}`,
        )
      }
      await until('every request has its outcome', () => clients.every(({ waiting }) => waiting === 0))
      await until('all agree on who is there', agreed, patience)
    },
    async stop() {
      working = false
      await work
      for (const client of clients) client.close()
      redis.thaw()
      await Promise.all(nodes.map((node) => node.kill()))
      await redis.stop()
    },
  }
}

/**
 * All nodes are restarted, one after the other.
 * @param {Size} size
 */
export async function runRolling(size) {
  const cluster = await startCluster(size)
  try {
    const { nodes, clients, problems, tally, told } = cluster
    await pause(1000)
    for (const node of nodes) {
      await node.drain()
      await node.start()
    }
    await cluster.settle()
    const longest = Math.round(Math.max(...clients.map((client) => client.longest)))
    return { problems, left: cluster.left, longest, ...tally, ...told }
  } finally {
    await cluster.stop()
  }
}

/**
 * Nodes are drained and killed, clients are cut off, Redis restarts and stands still.
 * @param {Size & { seconds: number }} size
 */
export async function runClusterChaos({ seconds, ...size }) {
  const cluster = await startCluster(size)
  try {
    const { nodes, clients, problems, tally, told, redis, random } = cluster
    const done = { cut: 0, drained: 0, killed: 0, frozen: 0, restarted: 0 }
    const end = performance.now() + seconds * 1000
    const harms = {
      async cut() {
        for (let n = random(clients.length); n > 0; n--) clients[random(clients.length)]?.cut()
      },
      async drained() {
        const node = nodes[random(NODES)]
        await node?.drain()
        await node?.start()
      },
      async killed() {
        const node = nodes[random(NODES)]
        await node?.kill()
        await pause(random(1000))
        await node?.start()
      },
      async frozen() {
        redis.freeze()
        await pause(5000)
        redis.thaw()
      },
      restarted: () => redis.restart(),
    }
    /** @typedef {keyof typeof harms} Harm */
    // Each of them once, in any order; then what does not take long more often.
    const first = /** @type {Harm[]} */ (Object.keys(harms))
    const often = ['cut', 'cut', 'cut', 'cut', 'cut', 'drained', 'drained', 'killed', 'killed']
    const later = /** @type {Harm[]} */ ([...often, ...first])
    while (performance.now() < end || first.length > 0) {
      await pause(500 + random(1500))
      const [harm] = first.length ? first.splice(random(first.length), 1) : later.slice(random(later.length))
      if (!harm) continue
      await harms[harm]()
      done[harm]++
    }
    await cluster.settle()
    return { problems, ...done, ...tally, ...told }
  } finally {
    await cluster.stop()
  }
}
