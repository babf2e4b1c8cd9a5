import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  closing,
  drop,
  enter,
  record,
  resume,
  resumption,
  SessionClient,
  serveSessions,
} from './session-client.js'
import { connect, turns } from './support.js'

describe('what the server has sent', () => {
  it('is replayed after the count of the client, in order and once, and before what comes later', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    for (const method of ['1', '2', '3', '4', '5']) peer.notify(method)
    expect(await client.methods(5)).toEqual(['1', '2', '3', '4', '5'])
    await drop(client, peer)
    peer.notify('6')
    peer.once('resumed', () => void peer.notify('8'))
    peer.notify('7')
    const back = await resume(bed.port, client, { received: 3 })
    peer.notify('9')
    expect(await back.methods(6)).toEqual(['4', '5', '6', '7', '8', '9'])
    await back.sync()
    expect(back.messages.rest()).toEqual([])
  })

  it('is replayed in full to a client that had nothing, however often', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    for (let index = 0; index < 200; index++) peer.notify(String(index))
    const all = await client.methods(200)
    let last = client
    for (let round = 0; round < 3; round++) {
      await drop(last, peer)
      last = await resume(bed.port, last, { received: 0 })
      expect(await last.methods(200)).toEqual(all)
    }
  })

  it('is forgotten once acked: nothing of it comes again', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    for (const method of ['1', '2', '3']) peer.notify(method)
    await client.methods(3)
    await client.sync()
    await drop(client, peer)
    const back = await resume(bed.port, client)
    peer.notify('4')
    expect(await back.methods(1)).toEqual(['4'])
  })

  it('is as large as it was: longer than what the socket takes at once', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const text = 'é'.repeat(100_000)
    for (let index = 0; index < 40; index++) peer.notify(String(index), { text })
    const back = await resume(bed.port, client)
    for (let index = 0; index < 40; index++)
      expect(await back.next()).toMatchObject({ method: String(index), data: { text } })
  })
})

describe('what the client has sent', () => {
  it('is counted frame by frame, whatever it is', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    peer.on('notification', () => {
      throw new Error('a listener')
    })
    const frames = [
      'garbage',
      '',
      'null',
      '[]',
      '7',
      '{}',
      '{"request":true}',
      '{"notification":true,"method":7}',
      '{"response":true,"id":99,"ok":true}',
      '{"unknown":1}',
      '{"request":true,"id":1,"method":"nobody listens"}',
      '{"notification":true,"method":"throws"}',
      '{"notification":true,"method":"with an ack","ack":5}',
      '{"request":1,"id":2,"method":"x","session":{}}',
      Buffer.from([0, 255, 1]),
    ]
    for (const frame of frames) client.send(frame)
    expect((await client.sync()).ack).toBe(frames.length)
    await drop(client, peer)
    const back = await resume(bed.port, client)
    expect(back.welcome?.received).toBe(frames.length)
    expect(peer.closed).toBe(false)
  })

  it('is not counted where it is no message', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    for (const frame of [
      '{"ack":0}',
      '{"ack":0,"echo":false}',
      '{"session":{}}',
      '{"ack":-1}',
      '{"ack" : 0 }',
    ])
      client.send(frame)
    expect((await client.sync()).ack).toBe(0)
    expect(peer.closed).toBe(false)
  })

  it('reports no {}, which stands for a message that was taken back', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const errors: unknown[] = []
    peer.on('protocolerror', (error) => errors.push(error))
    client.send('{}')
    expect((await client.sync()).ack).toBe(1)
    expect(errors).toEqual([])
  })

  it('is delivered though its connection dropped right after, and before what comes on the next', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const events = record(peer)
    const disconnected = once(peer, 'disconnected')
    for (const method of ['1', '2', '3']) client.notify(method)
    client.ws.terminate()
    await disconnected
    const back = await resume(bed.port, client)
    expect(back.welcome?.received).toBe(3)
    back.notify('4')
    await back.sync()
    expect(events.filter((event) => event.length === 1)).toEqual(['1', '2', '3', '4'])
  })

  it('gets its answer although the connection is another by then', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    let reply: (data: object) => void = () => {}
    peer.handle('slow', () => new Promise((resolve) => (reply = resolve)))
    client.send({ request: true, id: 1, method: 'slow' })
    await client.sync()
    await drop(client, peer)
    reply({ while: 'away' })
    await turns()
    const back = await resume(bed.port, client)
    expect(await back.next()).toEqual({ response: true, id: 1, ok: true, data: { while: 'away' } })
  })
})

describe('a peer whose client is away', () => {
  it('is the same one afterwards, with its data and listeners', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    peer.data.name = 'Ann'
    const events = record(peer)
    await drop(client, peer)
    const back = await resume(bed.port, client)
    expect(await bed.joined()).toBe(peer)
    expect(peer.data).toEqual({ name: 'Ann' })
    back.notify('hello')
    await back.sync()
    expect(events).toEqual(['disconnected', 'resumed', 'hello'])
  })

  it('is broadcast to', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const plain = await connect(bed.port, '/?peerId=bob')
    await bed.joined('bob')
    await drop(client, peer)
    bed.room.broadcast('news', { a: 1 })
    bed.room.broadcast('not for ann', {}, { except: 'ann' })
    bed.room.broadcast('more', { b: 2 })
    expect(await plain.next()).toMatchObject({ method: 'news' })
    const back = await resume(bed.port, client)
    expect(await back.methods(2)).toEqual(['news', 'more'])
  })

  it('takes notifications: notify() resolves at once', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    await peer.notify('later')
    expect(await (await resume(bed.port, client)).methods(1)).toEqual(['later'])
  })
})

describe('a client that does not come back within the window', () => {
  it.each([
    ['a cut', undefined, 1006],
    ['1001', 1001, 1001],
  ])('loses its place then, closed with the code of the drop: %s', async (_how, code, expected) => {
    const bed = await serveSessions({ window: 100 })
    const { client, peer } = await enter(bed)
    const events = record(peer)
    const disconnected = once(peer, 'disconnected')
    const closed = closing(peer)
    if (code) client.ws.close(code)
    else client.ws.terminate()
    await disconnected
    const pending = expect(peer.request('x')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    expect(bed.room.hasPeer('ann')).toBe(true)
    expect(await closed).toMatchObject({ cause: 'remote', code: expected })
    await pending
    expect(events).toEqual(['disconnected', `close remote ${expected}`])
    expect(bed.room.hasPeer('ann')).toBe(false)
    const late = await resume(bed.port, client)
    expect(late.welcome?.resumed).toBe(false)
    expect(late.token).not.toBe(client.token)
  })

  it('is not waited for longer because somebody tried in vain', async () => {
    const bed = await serveSessions({ window: 300, authorize: () => false })
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const closed = closing(peer)
    let ended = false
    closed.then(() => (ended = true))
    for (let attempt = 1; !ended && attempt < 1000; attempt++) {
      const vain = new SessionClient(bed.port, resumption(client, { attempt, path: '/?peerId=other' }))
      await Promise.race([vain.closed, vain.welcomed])
      vain.ws.terminate()
    }
    expect(await closed).toMatchObject({ code: 1006 })
  })
})
