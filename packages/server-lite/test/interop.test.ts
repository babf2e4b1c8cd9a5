/** The stock client, as it is, against this server. */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { Data } from '@protoo-kit/protocol'
import type * as Stock from 'protoo-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answer, handshake, lite, serve, serveRoom } from './support.js'

const protoo: typeof Stock = createRequire(import.meta.url)('protoo-client')

/** A stock peer, resolved when open. */
async function join(port: number, options: { clientConfig?: object } = {}) {
  const transport = new protoo.WebSocketTransport(`ws://127.0.0.1:${port}/?peerId=ann`, {
    retry: { retries: 3, factor: 1, minTimeout: 10, maxTimeout: 10 },
    ...options,
  })
  const peer = new protoo.Peer(transport)
  onTestFinished(() => peer.close())
  await new Promise<void>((resolve) => peer.on('open', resolve))
  return peer
}

/** Each event of `peer` from now on, by name. */
function record(peer: Stock.Peer) {
  const events: string[] = []
  peer.on('open', () => events.push('open'))
  peer.on('failed', (attempt) => events.push(`failed ${attempt}`))
  peer.on('disconnected', () => events.push('disconnected'))
  peer.on('close', () => events.push('close'))
  return events
}

describe('protoo-client 4.0.8', () => {
  it('exchanges requests and notifications both ways', async () => {
    const { port, joined } = await serveRoom(lite)
    const client = await join(port)
    const peer = await joined()
    peer.on('request', ({ method, data }, accept, reject) => {
      if (method === 'sum') accept({ sum: data.a + data.b })
      else reject(404, `no ${method}`)
    })
    expect(await client.request('sum', { a: 1, b: 2 })).toEqual({ sum: 3 })
    await expect(client.request('other')).rejects.toMatchObject({ message: 'no other', code: 404 })

    client.on('request', ({ data }, accept: (data?: Data) => void, reject) => {
      if (data.fine) accept({ accepted: true })
      else reject(403, 'not fine')
    })
    expect(await peer.request('ask', { fine: true })).toEqual({ accepted: true })
    await expect(peer.request('ask')).rejects.toMatchObject({
      name: 'RequestError',
      code: 403,
      message: 'not fine',
    })

    const atServer = once(peer, 'notification')
    await client.notify('up', { a: 1 })
    expect((await atServer)[0]).toEqual({ notification: true, method: 'up', data: { a: 1 } })
    const atClient = new Promise((resolve) => client.on('notification', resolve))
    await peer.notify('down', { b: 2 })
    expect(await atClient).toEqual({ notification: true, method: 'down', data: { b: 2 } })
  })

  it.each(['room', 'peer'] as const)('does not come back after %s.close()', async (what) => {
    const { port, room, http, joined } = await serveRoom(lite)
    const client = await join(port)
    const events = record(client)
    const peer = await joined()
    let upgrades = 0
    http.on('upgrade', () => upgrades++)
    if (what === 'room') room.close()
    else peer.close()
    await new Promise<void>((resolve) => client.on('close', resolve))
    expect(events).toEqual(['close'])
    expect(client.closed).toBe(true)
    // Its first reconnection would be immediate, and so before this.
    const raw = handshake(port)
    await answer(raw)
    expect(upgrades).toBe(1)
  })

  it.each([4001, 4003])('does not come back after a close with %i either', async (code) => {
    const { port, joined } = await serveRoom(lite)
    const client = await join(port)
    const events = record(client)
    const peer = await joined()
    peer.close(code, 'replaced')
    await new Promise<void>((resolve) => client.on('close', resolve))
    expect(events).toEqual(['close'])
  })

  it.each(['drop', 1012, 1001])('comes back after %s', async (how) => {
    const { http, port, joined } = await serveRoom(lite)
    const connected = once(http, 'connection')
    const client = await join(port)
    const events = record(client)
    const [socket] = await connected
    const peer = await joined()
    const again = new Promise<void>((resolve) => client.on('open', resolve))
    const closed = once(peer, 'close')
    if (typeof how === 'number') peer.close(how, 'restarting')
    else socket.destroy()
    await closed
    await again
    expect(events).toEqual(['disconnected', 'open'])
    const second = await joined()
    expect(second).not.toBe(peer)
    await second.notify('welcome back')
  })

  it.each([
    [900_000, {}],
    [3 * 1024 * 1024, {}],
    [900_000, { fragmentOutgoingMessages: false }],
  ])('gets an answer of %i bytes, with the options %j', async (size, options) => {
    const { port, joined } = await serveRoom(lite, options)
    const client = await join(port)
    const peer = await joined()
    peer.handle('big', () => ({ text: 'é'.repeat(size / 2) }))
    const { text } = await client.request('big')
    expect(text).toBe('é'.repeat(size / 2))
  })

  it('is closed by a 3 MiB frame that is not fragmented: so fragmenting is what makes it work', async () => {
    const { port, joined } = await serveRoom(lite, { fragmentOutgoingMessages: false })
    const client = await join(port)
    const peer = await joined()
    const closed = once(peer, 'close')
    peer.notify('big', { text: 'x'.repeat(3 * 1024 * 1024) }).catch(() => {})
    expect(await closed).toMatchObject([{ cause: 'remote', code: 1009 }])
    client.close()
  })

  it('sends 900 kB', async () => {
    const { port, joined } = await serveRoom(lite)
    const client = await join(port)
    const peer = await joined()
    peer.handle('length', ({ text }) => ({ length: text.length }))
    expect(await client.request('length', { text: 'x'.repeat(900_000) })).toEqual({ length: 900_000 })
  })

  it('sees a refusal as a failed attempt, then close', async () => {
    const { port, server } = await serve(lite)
    server.on('connectionrequest', (_info, _accept, reject) => reject(403, 'no'))
    const transport = new protoo.WebSocketTransport(`ws://127.0.0.1:${port}/`, {
      retry: { retries: 1, minTimeout: 1 },
    })
    const client = new protoo.Peer(transport)
    const events = record(client)
    await new Promise<void>((resolve) => client.on('close', resolve))
    expect(events).toEqual(['failed 1', 'failed 2', 'close'])
  })
})
