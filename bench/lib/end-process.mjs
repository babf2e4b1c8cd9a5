// One end of a system in a process of its own: `end-process.mjs server|load <system>`. Does what it is told by its parent.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Session } from 'node:inspector/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { systemNamed } from '../systems/index.mjs'
import { createStorm } from './storm-clients.mjs'
import { createTimeline } from './timeline.mjs'
import { createTally, notifications, requests } from './work.mjs'

const [role, name] = process.argv.slice(2)
const system = systemNamed(name)
/** Each connection of a load, or those of a server together, have their own. */
const tallies = [createTally()]
/** @type {(tally: ReturnType<typeof createTally>) => import('../systems/system.js').Application} */
const application = (tally) => ({ request: (data) => data, notification: tally.add })
/** @type {import('../systems/system.js').End[]} */
let ends = []

const inspector = new Session()

const common = {
  /** µs that this process has used. */
  cpu() {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** Bytes of the heap that are in use. */
  async heap() {
    if (!globalThis.gc) throw new Error('to be run with --expose-gc')
    // What ended in this turn is let go of in a later one.
    for (let turn = 0; turn < 3; turn++) {
      globalThis.gc()
      await wait(20)
    }
    return process.memoryUsage().heapUsed
  },
  /** @param {{ count: number, inFlight: number }} amount */
  requests: (amount) => requests(newest(), amount),
  /** @param {{ count: number }} amount */
  notifications: (amount) => notifications(newest(), amount),
  tally: takeAll,
  /** Notes what runs, from now on. */
  async watchFunctions() {
    inspector.connect()
    await inspector.post('Profiler.enable')
    await inspector.post('Profiler.setSamplingInterval', { interval: 100 })
    await inspector.post('Profiler.start')
  },
  /** @returns what ran since */
  functions: async () => (await inspector.post('Profiler.stop')).profile,
}

function serverCommands() {
  let script = ''
  const http = createServer(({ url }, response) => {
    if (url === '/page.js') response.setHeader('Content-Type', 'text/javascript').end(script)
    else response.setHeader('Content-Type', 'text/html').end('<script type="module" src="page.js"></script>')
  })
  /** When handshakes were asked for, in ms since it listens. */
  const handshakes = createTimeline()
  http.on('upgrade', handshakes.note)
  const server = system.serve(http, {
    ...application(/** @type {ReturnType<typeof createTally>} */ (tallies[0])),
    joined: (peer) => void ends.push(peer),
  })
  return {
    ...common,
    /** @param {{ port: number }} options */
    async listen({ port }) {
      http.listen({ port, host: '127.0.0.1', backlog: 4096 })
      await once(http, 'listening')
      handshakes.start()
      return /** @type {import('node:net').AddressInfo} */ (http.address()).port
    },
    /** @param {{ script: string }} page that it shows */
    page(page) {
      script = page.script
    },
    handshakes: () => handshakes.peak(),
    /** @param {{ count: number, text: string }} messages */
    async broadcast({ count, text }) {
      for (let n = 0; n < count; n++) {
        server.broadcast({ n, text })
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    peers: () => ends.length,
    /** Resolves when nobody is connected any more. */
    async empty() {
      ends = []
      const count = promisify(http.getConnections.bind(http))
      while ((await count()) > 0) await wait(5)
    },
  }
}

function loadCommands() {
  return {
    ...common,
    /**
     * Opens so many connections, some at a time.
     * @param {{ url: string, count: number, atOnce: number }} options
     */
    async connect({ url, count, atOnce }) {
      let next = 0
      const worker = async () => {
        while (next++ < count) {
          const tally = createTally()
          tallies.push(tally)
          ends.push(await system.connect(url, application(tally)))
        }
      }
      await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
    },
    /** @param {{ count: number }} expected resolves once so many have arrived */
    async arrived({ count }) {
      let received = 0
      let wrong = 0
      while (received < count) {
        await wait(2)
        const more = takeAll()
        received += more.received
        wrong += more.wrong
      }
      return { received, wrong }
    },
    close() {
      for (const end of ends) end.close()
      ends = []
      tallies.length = 0
    },
    ...createStorm(system),
  }
}

function takeAll() {
  let received = 0
  let wrong = 0
  for (const tally of tallies) {
    const taken = tally.take()
    received += taken.received
    wrong += taken.wrong
  }
  return { received, wrong }
}

function newest() {
  const end = ends.at(-1)
  if (!end) throw new Error('nobody is connected')
  return end
}

/** @type {Record<string, (argument: any) => unknown>} */
const commands = role === 'server' ? serverCommands() : loadCommands()
process.on('message', async (/** @type {{ command: string, argument: unknown }} */ { command, argument }) => {
  try {
    process.send?.({ result: await commands[command]?.(argument) })
  } catch (error) {
    process.send?.({ error: String(error) })
  }
})
process.once('disconnect', () => process.exit())
process.send?.({ result: 'ready' })
