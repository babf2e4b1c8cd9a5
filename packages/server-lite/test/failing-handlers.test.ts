import { RequestError } from '@protoo-kit/protocol'
import { expect, it, onTestFinished, vi } from 'vitest'
import { connect, lite, serveRoom } from './support.js'

it.each(['handle', 'listener', 'async handle', 'async listener'])(
  'reports what a %s fails with, and answers; a RequestError is an answer',
  async (kind) => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => report.mockRestore())
    const { port, joined } = await serveRoom(lite)
    const client = await connect(port)
    const peer = await joined()
    const fail = (data: unknown) => {
      throw data === 'refuse' ? new RequestError(404, 'no such room') : new Error('BUG')
    }
    const failLater = async (data: unknown) => fail(data)
    if (kind === 'handle') peer.handle('join', fail)
    if (kind === 'async handle') peer.handle('join', failLater)
    if (kind === 'listener') peer.on('request', ({ data }) => fail(data))
    if (kind === 'async listener') peer.on('request', ({ data }) => failLater(data))
    client.send({ request: true, id: 1, method: 'join', data: 'refuse' })
    expect(await client.next()).toMatchObject({ id: 1, ok: false, errorCode: 404 })
    client.send({ request: true, id: 2, method: 'join', data: 'x' })
    expect(await client.next()).toMatchObject({ id: 2, ok: false, errorCode: 500 })
    expect(report.mock.calls.map(([, event, error]) => [event, error.message])).toEqual([['join', 'BUG']])
  },
)
