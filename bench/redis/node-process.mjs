// One node in a process of its own: `node-process.mjs <system> <number> <Redis>`. Does what it is told by its parent.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { systemNamed } from './systems.mjs'

const [name, number, redisUrl = ''] = process.argv.slice(2)
const from = Number(number)
/** About 200 bytes of data. */
const text = 'x'.repeat(180)

const http = createServer().listen(0, '127.0.0.1')
await once(http, 'listening')
const server = await systemNamed(name).serve(http, redisUrl)

/** @type {Record<string, (argument: any) => unknown>} */
const commands = {
  port: () => /** @type {import('node:net').AddressInfo} */ (http.address()).port,
  ready: () => server.ready(),
  /** @param {{ first: number, count: number }} messages in one turn */
  broadcast({ first, count }) {
    for (let n = first; n < first + count; n++) server.broadcast({ from, n, text })
  },
  /** µs that this process has used. */
  cpu() {
    const { user, system } = process.cpuUsage()
    return user + system
  },
}

process.on('message', async (/** @type {{ id: number, command: string, argument: unknown }} */ message) => {
  const { id, command, argument } = message
  process.send?.({ id, result: await commands[command]?.(argument) })
})
process.once('disconnect', () => process.exit())
process.send?.({ id: 0 })
