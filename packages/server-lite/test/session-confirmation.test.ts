import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { dial, drop, enter, record, resume, serveSessions } from './session-client.js'

describe('a session that its client has not confirmed', () => {
  it('waits for its client all the same, which may have the token', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    const peer = await bed.joined()
    const events = record(peer)
    const disconnected = once(peer, 'disconnected')
    client.ws.terminate()
    await disconnected
    expect(bed.room.peers).toEqual([peer])
    expect((await resume(bed.port, client)).welcome).toMatchObject({ resumed: true, received: 0 })
    expect(events).toEqual(['disconnected', 'resumed'])
  })

  it('is resumed although its connection is still there', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    const events = record(await bed.joined())
    bed.server.on('connectionrequest', () => events.push('connectionrequest'))
    const other = await resume(bed.port, client)
    expect(other.welcome).toMatchObject({ resumed: true })
    expect(events).toEqual(['resumed'])
  })

  it('may be spoken to all the same', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    await (await bed.joined()).notify('hello')
    expect(await client.next()).toMatchObject({ method: 'hello' })
  })
})

describe('a session that its client has confirmed', () => {
  it('waits for its client, whose peer keeps its place', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    const peer = await bed.joined()
    const events = record(peer)
    const disconnected = once(peer, 'disconnected')
    client.send({ ack: 0 })
    client.ws.terminate()
    await disconnected
    expect(peer.connected).toBe(false)
    expect(peer.closed).toBe(false)
    expect(bed.room.peers).toEqual([peer])
    expect(events).toEqual(['disconnected'])
  })

  it('goes on when the client is back', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const events = record(peer)
    await drop(client, peer)
    const back = await resume(bed.port, client)
    expect(back.welcome).toEqual({ ...client.welcome, resumed: true })
    expect(events).toEqual(['disconnected', 'resumed'])
    expect(peer.connected).toBe(true)
    expect(bed.room.peers).toEqual([peer])
  })

  it('was confirmed by a message as well', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    const peer = await bed.joined()
    const disconnected = once(peer, 'disconnected')
    client.notify('hello')
    client.ws.terminate()
    await disconnected
    expect((await resume(bed.port, client)).welcome).toMatchObject({ resumed: true, received: 1 })
  })

  it('stays confirmed: dropped at once after it was resumed, it waits again', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    let last = client
    for (let round = 0; round < 5; round++) {
      await drop(last, peer)
      last = await resume(bed.port, last)
      expect(last.welcome?.resumed).toBe(true)
    }
  })
})
