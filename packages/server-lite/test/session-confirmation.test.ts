import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { closing, dial, drop, enter, record, resume, serveSessions } from './session-client.js'

describe('a session that its client has not confirmed', () => {
  it('ends with its connection, without an event but close', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    const peer = await bed.joined()
    const events = record(peer)
    const closed = closing(peer)
    client.ws.terminate()
    expect(await closed).toMatchObject({ cause: 'remote', code: 1006 })
    expect(events).toEqual(['close remote 1006'])
    expect(peer.closed).toBe(true)
    expect(bed.room.peers).toEqual([])
  })

  it('cannot be resumed after that', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    const closed = closing(await bed.joined())
    client.ws.terminate()
    await closed
    expect((await resume(bed.port, client)).welcome).toMatchObject({ resumed: false })
  })

  it('ends when somebody would resume it, before the application is asked', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    const events = record(await bed.joined())
    bed.server.on('connectionrequest', () => events.push('connectionrequest'))
    const other = await resume(bed.port, client)
    expect(other.welcome).toMatchObject({ resumed: false })
    expect(other.token).not.toBe(client.token)
    expect(events).toEqual(['close remote 1006', 'connectionrequest'])
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
