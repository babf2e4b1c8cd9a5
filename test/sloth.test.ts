import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const MIB = 0x100000
const folder = join(import.meta.dirname, 'sloth')

describe('clients that never read', () => {
  it('1,000 peers that never read hold no more than the bound', { timeout: 300_000 }, async () => {
    const server = fork(join(folder, 'server.mjs'), [], { execArgv: ['--expose-gc'] })
    const ask = async (question: object) => {
      server.send(question)
      return (await once(server, 'message'))[0]
    }
    try {
      const [{ path, bound }] = await once(server, 'message')
      const clients = fork(join(folder, 'clients.mjs'), [path, '1000'])
      try {
        await once(clients, 'message')
        const before = await ask({ measure: true })
        expect(before.peers).toBe(1000)
        // Many times the bound; the system's own buffers hold some of it.
        const after = await ask({ send: 400 })
        expect(after.sent).toBeGreaterThan(4 * bound)
        expect(after.hits.totalBufferedBytes).toBeGreaterThan(0)
        expect(after.peers).toBeLessThan(1000)
        expect(after.peers).toBeGreaterThan(0)
        // Each message is counted as it stands; what is around it is small.
        expect(after.held - before.held).toBeLessThan(bound + 16 * MIB)
      } finally {
        clients.kill()
      }
    } finally {
      const exited = once(server, 'exit')
      server.disconnect()
      await exited
    }
  })
})
