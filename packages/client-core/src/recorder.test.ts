import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeWebSocket } from '../test/fake-websocket.js'
import { event } from '../test/implementations.js'
import { createPeer } from './index.js'
import { FakeClock, MockServer, Recorder, readRecording } from './testing.js'

let server: MockServer

beforeEach(() => {
  server = new MockServer('ws://recorded.test')
})
afterEach(() => server.stop())

const retry = { minTimeout: 1, maxTimeout: 2, minUptime: 0 }

/** A conversation with a drop in it, written down. */
async function record(): Promise<Recorder> {
  const recorder = new Recorder({ WebSocket: server.WebSocket })
  const peer = createPeer('ws://recorded.test/?token=secret&room=a', { WebSocket: recorder.WebSocket, retry })
  await event(peer, 'open')
  server.handle('join', ({ name }) => ({ members: [name] }))
  server.handle('fail', () => {
    throw new Error('BOOM')
  })
  peer.handle('confirm', ({ text }) => ({ ok: text === 'sure?' }))
  await peer.request('join', { name: 'Ann' })
  await peer.request('fail').catch(() => {})
  await [...server.clients][0]?.request('confirm', { text: 'sure?' })
  await peer.notify('typing', { on: true })
  const told = event(peer, 'notification')
  server.notify('message', { text: 'hi' })
  await told
  server.drop()
  await event(peer, 'open')
  await peer.request('join', { name: 'Ann again' })
  peer.close()
  await vi.waitFor(() => expect(recorder.events.at(-1)?.type).toBe('closed'))
  return recorder
}

describe('Recorder', () => {
  it('writes down what goes over the connections, without credentials', async () => {
    const { events } = await record()
    expect(events.map(({ type, connection }) => `${connection} ${type}`)).toEqual([
      '1 dial',
      '1 open',
      ...['sent', 'received', 'sent', 'received', 'received', 'sent', 'sent', 'received'].map(
        (type) => `1 ${type}`,
      ),
      '1 closed',
      '2 dial',
      '2 open',
      '2 sent',
      '2 received',
      '2 closed',
    ])
    expect(events[0]).toMatchObject({ url: 'ws://recorded.test/?token=…&room=…' })
    expect(JSON.stringify(events)).not.toContain('secret')
  })

  it('leaves out the tokens of sessions, and cuts what is too long', () => {
    const fake = fakeWebSocket()
    const recorder = new Recorder({ WebSocket: fake.WebSocket })
    const socket = new recorder.WebSocket('ws://x', [], {})
    socket.onmessage = vi.fn()
    fake.last().receives('{"session":{"token":"abcdef","received":0}}')
    fake.last().receives('x'.repeat(300_000))
    fake.last().receives(new ArrayBuffer(3))
    expect(recorder.events.slice(1)).toMatchObject([
      { frame: '{"session":{"token":"…","received":0}}' },
      { cut: 300_000 },
      { frame: '(binary)' },
    ])
    expect(socket.onmessage).toBeTypeOf('function')
  })

  it('keeps no more than it may, and says how much it gave up', () => {
    const fake = fakeWebSocket()
    const clock = new FakeClock(5000)
    const recorder = new Recorder({ WebSocket: fake.WebSocket, maxEvents: 3, maxCharacters: 10, clock })
    const changed = vi.fn()
    const stop = recorder.subscribe(changed)
    const socket = new recorder.WebSocket('ws://x', [], {})
    socket.onmessage = () => {}
    clock.advance(20)
    for (const data of ['a', 'b', 'c', 'd']) fake.last().receives(data)
    expect(recorder.toJSON()).toMatchObject({
      dropped: 2,
      events: [{ frame: 'b', at: 20 }, { frame: 'c' }, { frame: 'd' }],
    })
    fake.last().receives('123456789')
    expect(recorder.toJSON()).toMatchObject({ dropped: 4, events: [{ frame: 'd' }, { frame: '123456789' }] })
    stop()
    recorder.clear()
    expect(recorder.toJSON()).toEqual({ version: 1, dropped: 0, events: [] })
    expect(changed).toHaveBeenCalledTimes(6)
    expect(() => new Recorder({ maxEvents: 0 })).toThrow('must be above 0')
  })
})

describe('readRecording', () => {
  it('reads what was written as JSON', async () => {
    const recorder = await record()
    expect(readRecording(JSON.parse(JSON.stringify(recorder)))).toEqual(recorder.toJSON())
  })

  it.each<[string, unknown]>([
    ['a recording must be an object', null],
    ['a recording has version 1, not 2', { version: 2 }],
    ['array of events', { version: 1, dropped: 0, events: {} }],
    [
      'events[0] is of no known type: x',
      { version: 1, dropped: 0, events: [{ type: 'x', connection: 1, at: 1 }] },
    ],
    [
      'events[0].frame must be a string',
      { version: 1, dropped: 0, events: [{ type: 'sent', connection: 1, at: 1 }] },
    ],
    ['events[0].at must be a number', { version: 1, dropped: 0, events: [{ type: 'open', connection: 1 }] }],
  ])('says what is wrong: %s', (message, value) => {
    expect(() => readRecording(value)).toThrow(message)
  })
})

describe('replay', () => {
  it('plays the server of a recording, drop included, to a client that says the same', async () => {
    const recording = JSON.parse(JSON.stringify(await record()))
    const replay = server.replay(recording)
    const peer = createPeer('ws://recorded.test', { WebSocket: server.WebSocket, retry })
    peer.handle('confirm', () => ({ ok: true }))
    const told = event(peer, 'notification')
    const again = new Promise<void>((resolve) =>
      peer.on('open', () => {
        if (server.dials > 3) resolve()
      }),
    )
    await event(peer, 'open')
    expect(await peer.request('join', { name: 'Ann' })).toEqual({ members: ['Ann'] })
    await expect(peer.request('fail')).rejects.toMatchObject({ code: 500, message: 'Error: BOOM' })
    await vi.waitFor(() => expect(replay.remaining).toBe(6))
    await peer.notify('typing', { on: true })
    expect(await told).toMatchObject([{ method: 'message', data: { text: 'hi' } }])
    await again
    await expect(peer.request('join', { name: 'Bob' })).rejects.toMatchObject({
      code: 501,
      message: 'not in the recording: join',
    })
    expect(await peer.request('join', { name: 'Ann again' })).toEqual({ members: ['Ann again'] })
    await replay.done
    expect(replay.unexpected).toMatchObject([{ method: 'join', data: { name: 'Bob' } }])
    peer.close()
  })

  it('takes what was sent at one time in any order', async () => {
    const frame = (message: object) => JSON.stringify(message)
    const at = { connection: 1, at: 0 }
    const recording = {
      version: 1 as const,
      dropped: 0,
      events: [
        { type: 'open' as const, ...at, protocol: 'protoo' },
        { type: 'sent' as const, ...at, frame: frame({ request: true, id: 7, method: 'a', data: { n: 1 } }) },
        { type: 'sent' as const, ...at, frame: frame({ request: true, id: 8, method: 'b', data: {} }) },
        {
          type: 'received' as const,
          ...at,
          frame: frame({ response: true, id: 8, ok: true, data: { b: 1 } }),
        },
        {
          type: 'received' as const,
          ...at,
          frame: frame({ response: true, id: 7, ok: true, data: { a: 1 } }),
        },
      ],
    }
    const replay = server.replay(recording)
    const peer = createPeer('ws://recorded.test', { WebSocket: server.WebSocket, retry })
    await event(peer, 'open')
    const answers = Promise.all([peer.request('b'), peer.request('a', { n: 1 })])
    expect(await answers).toEqual([{ b: 1 }, { a: 1 }])
    await replay.done
    peer.close()
    const cut = { ...recording, events: [{ type: 'sent' as const, ...at, frame: '{', cut: 9 }] }
    expect(() => server.replay(cut)).toThrow('events[0] was too long to be recorded whole')
  })
})
