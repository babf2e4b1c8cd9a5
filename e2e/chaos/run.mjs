import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { servePages } from './page-server.mjs'
import { ChaosProxy } from './proxy.mjs'
import { summarize } from './summary.mjs'

/** ms to let everything come that is still on its way. Longer than a request's timeout, so that all settle. */
const PATIENCE = 75_000
const CLIENTS_PER_PROCESS = 5

/** @typedef {import('./client.mjs').ClientReport} ClientReport */
/** @typedef {import('./server-process.mjs').ServerReport} ServerReport */
/** @typedef {import('./clients-process.mjs').ClientsOrder} ClientsOrder */
/** @typedef {Awaited<ReturnType<typeof runChaos>>} Result */

/**
 * Clients and a server talk to each other, in processes of their own, over a line that is cut all the time.
 *
 * @param {object} options
 * @param {number} options.seed
 * @param {number} options.cuts in all, at least
 * @param {number} options.clients in Node
 * @param {number} options.pages clients in browsers
 * @param {(url: string) => void} options.open opens a page, so often
 * @param {(cuts: number) => void} [options.progress] called now and then
 */
export async function runChaos({ seed, cuts, clients, pages, open, progress = () => {} }) {
  const start = performance.now()
  const server = startProcess('server-process.mjs', String(seed))
  const { port } = await server.message()
  const proxy = new ChaosProxy({ port, seed, quota: Math.ceil(cuts / (clients + pages)) })
  const url = await proxy.listen()
  const pageServer = await servePages({ url, seed })
  for (let page = 0; page < pages; page++) open(pageServer.url)

  const ids = Array.from({ length: clients }, (_, index) => `node${index + 1}`)
  const groups = Array.from({ length: Math.ceil(clients / CLIENTS_PER_PROCESS) }, () => {
    const child = startProcess('clients-process.mjs')
    child.send({ url, seed, ids: ids.splice(0, CLIENTS_PER_PROCESS) })
    return child
  })

  const timer = setInterval(() => progress(proxy.cuts), 10_000)
  const finished = await proxy.calm(clients + pages)
  clearInterval(timer)
  const seconds = Math.round((performance.now() - start) / 1000)

  const order = { finish: PATIENCE }
  for (const child of [server, ...groups]) child.send(order)
  const [serverReports, pageReports, ...reports] = await Promise.all([
    server.message(),
    pageServer.finish(PATIENCE, pages),
    ...groups.map((child) => child.message()),
  ])
  for (const child of [server, ...groups]) child.end()
  pageServer.close()
  proxy.close()

  return {
    seed,
    seconds,
    ...summarize({
      finished,
      expected: clients + pages,
      victims: [...proxy.victims.values()],
      clients: /** @type {ClientReport[]} */ ([...pageReports, ...reports.flat()]),
      servers: /** @type {ServerReport[]} */ (serverReports),
    }),
  }
}

/**
 * @param {string} file
 * @param {...string} args
 */
function startProcess(file, ...args) {
  const child = fork(join(import.meta.dirname, file), args)
  const died = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${file} exited with ${code ?? signal}`)
  })
  // Heard of by whoever waits for a message.
  died.catch(() => {})
  return {
    /** @param {ClientsOrder} order */
    send: (order) => child.send(order),
    message: async () => (await Promise.race([once(child, 'message'), died]))[0],
    end: () => child.disconnect(),
  }
}
