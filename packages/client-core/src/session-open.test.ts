import { SESSION_SUBPROTOCOL } from '@protoo-kit/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { notification, SessionHarness, token, welcomeFrame } from '../test/session-harness.js'

let harness: SessionHarness

beforeEach(() => {
  harness = new SessionHarness()
})

describe('the first frame', () => {
  it('is what opens: until then the peer is connecting and sends nothing', async () => {
    const peer = await harness.dialled()
    harness.last().opens(SESSION_SUBPROTOCOL)
    expect(peer.status.state).toBe('connecting')
    await expect(peer.notify('x')).rejects.toMatchObject({ name: 'NotConnectedError' })
    expect(harness.sent()).toEqual([])
    harness.says(welcomeFrame())
    expect(peer.status.state).toBe('open')
  })

  it('that does not come within connectTimeout makes a failed attempt', async () => {
    const peer = await harness.dialled({ connectTimeout: 500 })
    harness.last().opens(SESSION_SUBPROTOCOL)
    await harness.pass(499)
    expect(peer.status.state).toBe('connecting')
    await harness.pass(1)
    expect(peer.status).toMatchObject({ state: 'waiting', attempt: 2 })
    expect(harness.last().closedWith).toEqual([undefined, undefined])
  })

  const { session } = JSON.parse(welcomeFrame())
  const frames: [name: string, frame: unknown][] = [
    ['nonsense', 'nonsense'],
    ['null', 'null'],
    ['another control frame', '{"ack":0}'],
    ['a message', notification('x')],
    ['a message with a welcome in it', JSON.stringify({ notification: true, method: 'x', session })],
    ['an empty session', '{"session":{}}'],
    ['no session', '{"session":null}'],
    ['a token in upper case', welcomeFrame({ token: token.toUpperCase() })],
    ['a short token', welcomeFrame({ token: token.slice(1) })],
    ['no count', welcomeFrame({ received: undefined as never })],
    ['a count that is no number', welcomeFrame({ received: '0' as never })],
    ['no heartbeat', welcomeFrame({ heartbeat: undefined as never })],
    ['a binary frame', new TextEncoder().encode(welcomeFrame())],
  ]

  it.each(frames)('that is no welcome (%s) makes a failed attempt', async (_, frame) => {
    const peer = await harness.dialled()
    const heard = vi.fn()
    peer.on('open', heard).on('notification', heard).on('protocolerror', heard)
    harness.last().opens(SESSION_SUBPROTOCOL)
    harness.last().receives(frame)
    expect(peer.status).toMatchObject({ state: 'waiting', attempt: 2 })
    expect(harness.last().closedWith).toEqual([undefined, undefined])
    expect(heard).not.toHaveBeenCalled()
  })

  it.each(frames)('that is no welcome (%s) leaves the session alone', async (_, frame) => {
    const peer = await harness.opened()
    const answer = peer.request('x')
    await harness.drop()
    harness.last().opens(SESSION_SUBPROTOCOL)
    harness.last().receives(frame)
    await harness.pass(1000)
    expect(harness.received).toBe(0)
    harness.welcome({ resumed: true, received: 1 })
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })
})

describe('a server that picks', () => {
  it('protoo is talked to as ever', async () => {
    const peer = await harness.dialled()
    const opened = vi.fn()
    peer.on('open', opened)
    harness.last().opens('protoo')
    expect(opened).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ resumed: false, lost: 0 }))
    const request = peer.request('x', {}, { timeout: Infinity })
    const lost = expect(request).rejects.toMatchObject({ name: 'ConnectionLostError' })
    harness.says(notification('y'))
    await harness.pass(60_000)
    expect(harness.sent()).toMatchObject([{ method: 'x' }])
    harness.last().breaks()
    await lost
    await expect(peer.notify('y')).rejects.toMatchObject({ name: 'NotConnectedError' })
    await harness.pass(0)
    expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo'])
  })

  it.each([`protoo-resume.${token}.0.2`, 'protoo-auth.eA', 'protoo-session.v2', 'chat'])(
    '%s makes a failed attempt, and leaves the session alone',
    async (name) => {
      const peer = await harness.opened()
      await harness.drop()
      harness.last().opens(name)
      expect(peer.status).toMatchObject({ state: 'waiting', attempt: 2 })
      expect(harness.last().closedWith).toEqual([undefined, undefined])
      await harness.pass(1000)
      expect(harness.offered).toBeDefined()
    },
  )
})

describe('a new session', () => {
  it('is confirmed by what is sent first, and by no ack', async () => {
    const peer = await harness.dialled()
    peer.on('open', () => peer.notify('join'))
    peer.request('x', {}, { whenOpen: true }).catch(() => {})
    harness.welcome()
    await harness.pass(5000)
    expect(harness.sent().map(({ method }) => method)).toEqual(['join', 'x'])
  })

  it('is confirmed by an ack within 1 s when nothing is sent', async () => {
    await harness.opened()
    await harness.pass(999)
    expect(harness.last().sent).toEqual([])
    await harness.pass(1)
    expect(harness.last().sent).toEqual(['{"ack":0}'])
    await harness.pass(5000)
    expect(harness.last().sent).toHaveLength(1)
  })

  it('is confirmed together with what it has received', async () => {
    await harness.opened()
    harness.says(notification('news'))
    await harness.pass(1000)
    expect(harness.last().sent).toEqual(['{"ack":1}'])
  })

  it('opens with nothing resumed and nothing lost, once', async () => {
    const peer = await harness.dialled()
    const events: unknown[] = []
    peer.on('open', (event) => events.push(event))
    harness.welcome()
    // One that comes later is no first frame.
    harness.says(welcomeFrame({ token: 'a'.repeat(32) }))
    expect(events).toMatchObject([{ resumed: false, lost: 0 }])
    await harness.drop()
    expect(harness.offered).toContain(token)
    expect(harness.received).toBe(0)
  })

  it('delivers messages both ways', async () => {
    const peer = await harness.opened()
    const notified = vi.fn()
    peer.on('notification', notified)
    peer.handle('add', ({ a, b }) => ({ sum: a + b }))
    const answer = peer.request('x')
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
    harness.says(notification('y'))
    expect(notified).toHaveBeenCalledExactlyOnceWith({ notification: true, method: 'y', data: {} })
    harness.says({ request: true, id: 7, method: 'add', data: { a: 1, b: 2 } })
    expect(harness.messages().at(-1)).toEqual({ response: true, id: 7, ok: true, data: { sum: 3 } })
  })
})

describe('status', () => {
  it('says whether the session was resumed, and what was lost', async () => {
    const peer = await harness.opened()
    expect(peer.status).toMatchObject({ state: 'open', resumed: false, lost: 0 })
    await harness.resume(0)
    expect(peer.status).toMatchObject({ state: 'open', resumed: true, lost: 0 })
    peer.notify('x')
    await harness.drop()
    harness.welcome()
    expect(peer.status).toMatchObject({ state: 'open', resumed: false, lost: 1 })
  })

  it('is the same object until something changes, whatever travels meanwhile', async () => {
    const peer = await harness.opened()
    const changed = vi.fn()
    peer.subscribe(changed)
    const { status } = peer
    peer.notify('x')
    harness.says(notification('y'))
    harness.says('{"ack":1,"echo":true}')
    harness.says('nonsense')
    await harness.pass(5000)
    expect(peer.status).toBe(status)
    expect(changed).not.toHaveBeenCalled()
    await harness.resume(1)
    expect(changed).toHaveBeenCalledTimes(3)
    expect(peer.status).not.toBe(status)
  })
})
