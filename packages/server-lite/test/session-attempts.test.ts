/** What happens to a session when its client comes back: which connection it then goes on over. */
import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  dial,
  drop,
  enter,
  record,
  resume,
  resumption,
  SessionClient,
  serveSessions,
} from './session-client.js'
import { answer } from './support.js'

describe('a client that comes back while its old connection is still open', () => {
  it('takes over, and the old one is closed with 4001', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const events = record(peer)
    const back = await resume(bed.port, client)
    expect(back.welcome?.resumed).toBe(true)
    expect(await client.closed).toMatchObject({ code: 4001 })
    peer.notify('hello')
    expect(await back.methods(1)).toEqual(['hello'])
    expect(peer.connected).toBe(true)
    expect(events).toEqual(['resumed'])
  })

  it('is not heard over the old one any more: what comes is neither counted nor delivered', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const events = record(peer)
    client.notify('early')
    await client.sync()
    // It does not know yet that it was replaced.
    client.ws.pause()
    const back = await resume(bed.port, client)
    expect(back.welcome?.received).toBe(1)
    client.notify('late')
    client.send({ ack: 99 })
    client.ws.resume()
    // The server has read all of it by now, and the close that answers its own.
    expect(await client.closed).toMatchObject({ code: 4001 })
    expect((await back.sync()).ack).toBe(1)
    back.notify('again')
    expect((await back.sync()).ack).toBe(2)
    expect(events).toEqual(['early', 'resumed', 'again'])
  })

  it('keeps its session whatever code the old one closes with', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    client.ws.pause()
    const back = await resume(bed.port, client)
    client.ws.close(4000)
    client.ws.resume()
    await client.closed
    expect((await back.sync()).ack).toBe(0)
    expect(peer.closed).toBe(false)
  })

  it('leaves a third one in place that has the token: two take it from each other', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const first = new SessionClient(bed.port, resumption(client, { attempt: 1 }))
    const second = new SessionClient(bed.port, resumption(client, { attempt: 2 }))
    expect(await second.welcomed).toMatchObject({ resumed: true })
    // Either it was first and then replaced, or it was late.
    const outcome = await Promise.race([first.closed.then(({ code }) => code), first.refused])
    expect([4001, 409]).toContain(outcome)
    peer.notify('who is it?')
    expect(await second.methods(1)).toEqual(['who is it?'])
  })
})

describe('an attempt that is not above the highest', () => {
  it.each([
    ['lower', 4],
    ['the same', 5],
    ['zero', 0],
  ])('is refused with 409, and the current connection stays: %s', async (_what, attempt) => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const current = await resume(bed.port, client, { attempt: 5 })
    const events = record(peer)
    let asked = 0
    bed.server.on('connectionrequest', () => asked++)
    const late = new SessionClient(bed.port, resumption(client, { attempt }))
    expect(await late.refused).toBe(409)
    peer.notify('still yours')
    expect(await current.methods(1)).toEqual(['still yours'])
    current.notify('still mine')
    await current.sync()
    expect(events).toEqual(['still mine'])
    expect(asked).toBe(0)
  })

  it('is refused while the session waits, too, and with a count that cannot be', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const current = await resume(bed.port, client, { attempt: 5 })
    await drop(current, peer)
    const late = new SessionClient(bed.port, resumption(client, { attempt: 5, received: 77 }))
    expect(await late.refused).toBe(409)
    expect(peer.closed).toBe(false)
    expect((await resume(bed.port, current, { attempt: 6 })).welcome?.resumed).toBe(true)
  })

  it('was taken over by then: an upgrade that was long on its way', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const slow = net.connect(bed.port, '127.0.0.1')
    onTestFinished(() => void slow.destroy())
    slow.write(
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: protoo-session.v1, protoo, ${resumption(client, { attempt: 1 }).resume}\r\n`,
    )
    const current = await resume(bed.port, client, { attempt: 2 })
    slow.write('\r\n')
    expect((await answer(slow)).status).toBe(409)
    peer.notify('hello')
    expect(await current.methods(1)).toEqual(['hello'])
  })

  it('does not count as one when it was refused: the next need only be above what was attached', async () => {
    let allowed = false
    const bed = await serveSessions({ authorize: () => allowed })
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    expect(await new SessionClient(bed.port, resumption(client, { attempt: 9 })).closed).toMatchObject({
      code: 4003,
    })
    allowed = true
    expect((await resume(bed.port, client, { attempt: 3 })).welcome?.resumed).toBe(true)
  })
})

describe('a count that the server cannot go on from', () => {
  it.each<[string, number]>([
    ['above what was sent', 4],
    ['below what was acked', 1],
    ['absurd', 999_999_999_999_999],
  ])('ends the session before the application is asked for another: %s', async (_what, received) => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    for (const method of ['1', '2']) peer.notify(method)
    await client.methods(2)
    await client.sync()
    peer.notify('3')
    await client.methods(1)
    await drop(client, peer)
    const events = record(peer)
    let there: boolean | undefined
    bed.server.prependListener('connectionrequest', () => {
      events.push('connectionrequest')
      there = bed.room.hasPeer('ann')
    })
    const fresh = await dial(bed.port, resumption(client, { received }))
    expect(events).toEqual(['close remote 1006', 'connectionrequest'])
    expect(there).toBe(false)
    expect(fresh.welcome).toMatchObject({ resumed: false, received: 0 })
    expect(fresh.token).not.toBe(client.token)
    expect(await bed.joined()).not.toBe(peer)
  })

  it('ends it as well while the old connection is open, which is cut', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const closed = once(peer, 'close')
    const fresh = await resume(bed.port, client, { received: 1 })
    expect((await closed)[0]).toMatchObject({ cause: 'remote', code: 1006 })
    expect(await client.closed).toMatchObject({ code: 1006 })
    expect(fresh.welcome?.resumed).toBe(false)
  })

  it.each([2, 3])('is none between what was acked and what was sent: %i', async (received) => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    for (const method of ['1', '2']) peer.notify(method)
    await client.methods(2)
    await client.sync()
    peer.notify('3')
    await client.methods(1)
    await drop(client, peer)
    expect((await resume(bed.port, client, { received })).welcome?.resumed).toBe(true)
  })
})
