import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { closing, drop, enter, record, resume, serveSessions } from './session-client.js'

describe('the server acks', () => {
  it('after 64 messages, at once, and not before', async () => {
    // With a heartbeat so long, acks for time come every half a second at most.
    const bed = await serveSessions()
    const { client } = await enter(bed)
    for (let index = 0; index < 640; index++) client.notify('x')
    const acks: number[] = []
    while (acks.at(-1) !== 640) acks.push((await client.acks.next()).ack)
    for (let count = 64; count <= 640; count += 64) expect(acks).toContain(count)
    // A timed one or two may have come between.
    expect(acks.length).toBeLessThan(20)
  })

  it('less within a second', async () => {
    const bed = await serveSessions()
    const { client } = await enter(bed)
    client.notify('x')
    const sent = performance.now()
    expect(await client.acks.next()).toEqual({ ack: 1 })
    // Half a second by itself; the rest is for a machine that is busy.
    expect(performance.now() - sent).toBeLessThan(1500)
  })

  it('an echo-ack at once, with a plain one, and a plain one never', async () => {
    const bed = await serveSessions()
    const { client } = await enter(bed)
    client.frames.length = 0
    client.send({ ack: 0, echo: true })
    client.send({ ack: 0 })
    client.send({ ack: 0, echo: false })
    client.send({ ack: 0, echo: true })
    expect([await client.acks.next(), await client.acks.next()]).toEqual([{ ack: 0 }, { ack: 0 }])
    expect(client.frames).toEqual(['{"ack":0}', '{"ack":0}'])
  })

  it('what nobody listens for, and what is malformed', async () => {
    const bed = await serveSessions()
    const { client } = await enter(bed)
    for (let index = 0; index < 64; index++) client.send('garbage')
    expect((await client.acks.next()).ack).toBe(64)
  })
})

describe('an ack', () => {
  it.each([
    ['above what was sent', { ack: 3 }],
    ['no number', { ack: '1' }],
    ['no integer', { ack: 0.5 }],
    ['an object', { ack: {} }],
    ['true', { ack: true }],
    ['too large to count with', { ack: 2 ** 53 }],
    ['longer than 1 KiB', { ack: 0, rest: 'x'.repeat(1024) }],
    ['none, and longer', { a: 'x'.repeat(1024) }],
  ])('that is %s ends the session: 1002', async (_what, frame) => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const events = record(peer)
    const pending = expect(peer.request('x')).rejects.toMatchObject({ code: 'PEER_CLOSED' })
    peer.notify('y')
    const closed = closing(peer)
    client.send(frame)
    expect(await closed).toMatchObject({ cause: 'local', code: 1002 })
    expect(await client.closed).toMatchObject({ code: 1002 })
    await pending
    expect(events).toEqual(['close local 1002'])
    expect(bed.room.peers).toEqual([])
    expect((await resume(bed.port, client, { received: 0 })).welcome?.resumed).toBe(false)
  })

  it('that is lower than one before is ignored', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    for (const method of ['1', '2', '3']) peer.notify(method)
    await client.methods(3)
    await client.sync()
    client.send({ ack: 1 })
    client.send({ ack: -5 })
    await client.sync()
    await drop(client, peer)
    const back = await resume(bed.port, client)
    expect(back.welcome?.resumed).toBe(true)
  })

  it('does not count what was sent by a connection before as sent by this one', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    for (const method of ['1', '2', '3']) peer.notify(method)
    await client.methods(3)
    await drop(client, peer)
    const back = await resume(bed.port, client)
    back.send({ ack: 3 })
    expect((await back.sync()).ack).toBe(0)
    const closed = once(peer, 'close')
    back.send({ ack: 4 })
    expect((await closed)[0]).toMatchObject({ code: 1002 })
  })
})
