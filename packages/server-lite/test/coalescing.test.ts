import net from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Client, connect, lite, serveRoom } from './support.js'

/** Counts how often the server writes texts to its only client. */
function countWrites(client: Client) {
  const write = vi.spyOn(net.Socket.prototype, 'write')
  onTestFinished(() => write.mockRestore())
  const isText = (chunk: unknown) => chunk instanceof Buffer && chunk.readUInt8(0) === 0x81
  return () =>
    write.mock.calls.filter(([chunk], call) => write.mock.contexts[call] !== client.socket && isText(chunk))
      .length
}

describe('what one turn of the event loop sends', () => {
  it('goes out in one piece', async () => {
    const { port, joined } = await serveRoom(lite)
    const client = await connect(port)
    const peer = await joined()
    const writes = countWrites(client)
    for (let n = 1; n <= 15; n++) void peer.notify('n', n)
    for (let n = 1; n <= 15; n++) expect(await client.next()).toMatchObject({ data: n })
    expect(writes()).toBe(1)
  })

  it('goes out in pieces of about 1 KiB where it is more', async () => {
    const { port, joined } = await serveRoom(lite)
    const client = await connect(port)
    const peer = await joined()
    const writes = countWrites(client)
    for (let n = 1; n <= 1000; n++) void peer.notify('n', n)
    for (let n = 1; n <= 1000; n++) expect(await client.next()).toMatchObject({ data: n })
    expect(writes()).toBeGreaterThan(40)
    expect(writes()).toBeLessThan(60)
  })

  it('takes in what promises that settle in it send', async () => {
    const { port, joined } = await serveRoom(lite)
    const client = await connect(port)
    const peer = await joined()
    peer.handle('later', async (data) => {
      await null
      await null
      return data
    })
    const writes = countWrites(client)
    client.ws.pause()
    // In one piece from here too.
    client.cork(() => {
      for (let id = 1; id <= 15; id++) client.send({ request: true, id, method: 'later', data: id })
    })
    client.ws.resume()
    for (let id = 1; id <= 15; id++) expect(await client.next()).toMatchObject({ id, data: id })
    expect(writes()).toBe(1)
  })

  it('goes out before it is closed', async () => {
    const { port, joined } = await serveRoom(lite)
    const client = await connect(port)
    const peer = await joined()
    void peer.notify('last', 'words')
    peer.close()
    expect(await client.next()).toMatchObject({ data: 'words' })
    expect(await client.closed).toMatchObject({ code: 4000 })
  })

  it('answers before the close that came in one piece with the question', async () => {
    const { port, joined } = await serveRoom(lite)
    const client = await connect(port)
    const peer = await joined()
    peer.handle('echo', (data) => data)
    client.cork(() => {
      client.send({ request: true, id: 1, method: 'echo', data: 'heard' })
      client.ws.close(1000)
    })
    expect(await client.next()).toMatchObject({ id: 1, data: 'heard' })
    expect(await client.closed).toMatchObject({ code: 1000 })
  })
})
