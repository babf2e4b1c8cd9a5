import { describe, expect, it } from 'vitest'
import { answer, handshake, lite, serve, serveRoom } from './support.js'

/** `String()` throws for each. */
const unprintables = [Object.create(null), { toString: 1 }, Object.assign(new Error(), { toString: 1 })]

describe.each(['sync', 'async'])('what has no text (%s)', (kind) => {
  it('as what a connectionrequest listener throws is 500', async () => {
    for (const thrown of unprintables) {
      const { port, server } = await serve(lite)
      server.on('connectionrequest', () => {
        if (kind === 'async') return Promise.reject(thrown)
        throw thrown
      })
      const { status, headers } = await answer(handshake(port))
      expect(status).toBe(500)
      expect(headers['x-websocket-reject-reason']).toBe('unprintable')
    }
  })

  it('as an argument of reject() is a reason all the same', async () => {
    const calls = unprintables.map((reason) => [400, reason])
    for (const args of [...calls, [unprintables[2]]]) {
      const { port, server } = await serve(lite)
      server.on('connectionrequest', (_info, _accept, reject) => {
        const refuse = () => Reflect.apply(reject, undefined, args)
        if (kind === 'async') setImmediate(refuse)
        else refuse()
      })
      const { status, headers } = await answer(handshake(port))
      expect(status).toBe(args.length === 2 ? 400 : 500)
      expect(headers['x-websocket-reject-reason']).toBe('unprintable')
    }
  })

  it('as what allowedOrigins, or the logger, throws is 403', async () => {
    for (const thrown of unprintables) {
      const fail = (): never => {
        throw thrown
      }
      const warn = kind === 'async' ? () => Promise.reject(thrown) : fail
      const { port } = await serveRoom(lite, { allowedOrigins: fail, logger: { warn } })
      expect((await answer(handshake(port, { Origin: 'https://a.example' }))).status).toBe(403)
      expect((await answer(handshake(port))).status).toBe(101)
    }
  })
})
