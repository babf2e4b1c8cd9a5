// Ports for programs under test, which are told theirs and may come back to it.
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that systems give to connections, one of which might have it when a program comes back. */
const FIRST = 20_000
const LAST = 32_767

/** @returns {Promise<number>} one on which nobody listens at present */
export async function freePort() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST + 1 - FIRST))
    const server = createServer()
    try {
      await once(server.listen(port), 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
