import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Peer, ProtocolError } from '../src/index.js'
import { both, type Client, connect, type Implementation, lite, serveRoom, stock } from './support.js'

async function pair(implementation: Implementation) {
  const bed = await serveRoom(implementation)
  const client = await connect(bed.port)
  return { ...bed, client, peer: await bed.joined() }
}

/** Sends a request and resolves with its answer. */
function ask(client: Client, method = 'x', data: unknown = {}, id = 1) {
  client.send({ request: true, id, method, data })
  return client.next()
}

describe.each(both)('%s', (_name, implementation) => {
  it('S17 C16 accept(data) answers ok, and falsy data {}', async () => {
    const { client, peer } = await pair(implementation)
    peer.on('request', (request, accept) => accept(request.data.value))
    expect(await ask(client, 'x', { value: { a: 1 } }, 7)).toEqual({
      response: true,
      id: 7,
      ok: true,
      data: { a: 1 },
    })
    expect(await ask(client, 'x', { value: 0 }, 8)).toEqual({ response: true, id: 8, ok: true, data: {} })
  })

  it.each<[unknown[], number, string]>([
    [[404, 'not here'], 404, 'not here'],
    [[403, new TypeError('not you')], 403, 'not you'],
    [[new Error('broken')], 500, 'broken'],
  ])('S17 C16 reject(%j) answers %i', async (args, errorCode, errorReason) => {
    const { client, peer } = await pair(implementation)
    peer.on('request', (_request, _accept, reject) => Reflect.apply(reject, undefined, args))
    const response = await ask(client)
    expect(response).toMatchObject({ response: true, id: 1, errorCode, errorReason })
    expect(response.ok).toBeFalsy()
  })

  it('S17 C16 answers 500 when a request listener throws', async () => {
    const { client, peer } = await pair(implementation)
    peer.on('request', () => {
      throw new Error('BOOM')
    })
    expect(await ask(client)).toMatchObject({ id: 1, errorCode: 500, errorReason: 'Error: BOOM' })
  })

  it('S17 C17 takes the kind in order, strips unknown fields, and ignores what is no message', async () => {
    const { client, peer } = await pair(implementation)
    const requested = once(peer, 'request')
    for (const frame of [
      '',
      '{',
      '[]',
      '7',
      '"x"',
      '[{"request":true,"id":1,"method":"x"}]',
      '{}',
      '{"request":true}',
    ])
      client.send(frame)
    client.send({ request: true, id: '1', method: 'x' })
    client.send({ request: true, id: 1, method: 7 })
    client.send({ notification: true })
    client.send({ response: true, id: null })
    client.send({
      notification: true,
      response: 1,
      request: 'yes',
      id: -1.5,
      method: '',
      data: [1],
      extra: 1,
    })
    expect((await requested)[0]).toEqual({ request: true, id: -1.5, method: '', data: [1] })
  })
})

describe('server-lite, improved', () => {
  it('S17 error answers carry ok: false, which those of a stock server lack', async () => {
    for (const [implementation, ok] of [
      [lite, false],
      [stock, undefined],
    ] as const) {
      const { client, peer } = await pair(implementation)
      peer.on('request', (_request, _accept, reject) => reject(400, 'no'))
      expect((await ask(client)).ok).toBe(ok)
    }
  })

  it('C16 answers 501 when nobody listens and 500 when an async listener rejects', async () => {
    const { client, peer } = await pair(lite)
    expect(await ask(client)).toEqual({
      response: true,
      id: 1,
      ok: false,
      errorCode: 501,
      errorReason: 'no request listener',
    })
    peer.on('request', async () => {
      throw new Error('later')
    })
    expect(await ask(client)).toMatchObject({ errorCode: 500, errorReason: 'Error: later' })
  })

  it('C16 calls a once() listener once, with the peer as this', async () => {
    const { client, peer } = await pair(lite)
    peer.once('request', function (this: Peer, _request, accept) {
      accept({ id: this.id })
    })
    expect(await ask(client)).toMatchObject({ data: { id: 'ann' } })
    expect(await ask(client)).toMatchObject({ errorCode: 501 })
  })

  it('C16 answers once, where a stock server answers twice', async () => {
    const { client, peer } = await pair(lite)
    peer.on('request', (_request, accept, reject) => {
      accept({ first: true })
      accept({ second: true })
      reject(500, 'third')
    })
    expect(await ask(client, 'x', {}, 1)).toMatchObject({ id: 1, data: { first: true } })
    expect(await ask(client, 'x', {}, 2)).toMatchObject({ id: 2, data: { first: true } })
  })

  it('handle() answers one method, before request listeners, until undone', async () => {
    const { client, peer } = await pair(lite)
    peer.on('request', (_request, accept) => accept({ by: 'listener' }))
    const undo = peer.handle('sum', async ({ a, b }, { method }) => ({ sum: a + b, method }))
    expect(await ask(client, 'sum', { a: 1, b: 2 })).toMatchObject({
      ok: true,
      data: { sum: 3, method: 'sum' },
    })
    expect(await ask(client, 'other')).toMatchObject({ data: { by: 'listener' } })
    expect(() => peer.handle('sum', () => ({}))).toThrow('has a handler already')
    undo()
    expect(await ask(client, 'sum')).toMatchObject({ data: { by: 'listener' } })
  })

  it('C17 reports what is no message as protocolerror', async () => {
    const { client, peer } = await pair(lite)
    const codes: string[] = []
    peer.on('protocolerror', (error: ProtocolError) => codes.push(error.code))
    for (const frame of ['{', 'null', '{}', '{"request":true}', Buffer.from('x')]) client.send(frame)
    await ask(client)
    expect(codes).toEqual([
      'INVALID_JSON',
      'INVALID_MESSAGE',
      'INVALID_MESSAGE',
      'INVALID_MESSAGE',
      'BINARY_FRAME',
    ])
  })
})
