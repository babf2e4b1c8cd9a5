import { describe, expectTypeOf, it } from 'vitest'
import { createPeer, type Peer } from './index.js'

interface Room {
  members: string[]
}

interface ChatContract {
  server: {
    requests: {
      join(data: { room: string }): Room
      ping(): { at: number }
      search(data: { limit?: number }): Promise<{ found: string[] }>
    }
    notifications: { typing: { on: boolean }; leave: undefined }
  }
  client: {
    requests: { confirm(data: { text: string }): { ok: boolean } }
    notifications: { message: { from: string; text: string }; closed: { at: number } }
  }
}

declare const peer: Peer<ChatContract>

describe('a peer with a contract', () => {
  it('infers results, and takes the data of each method', () => {
    expectTypeOf(peer.request('join', { room: 'a' })).resolves.toEqualTypeOf<Room>()
    expectTypeOf(peer.request('ping')).resolves.toEqualTypeOf<{ at: number }>()
    expectTypeOf(peer.request('search')).resolves.toEqualTypeOf<{ found: string[] }>()
    expectTypeOf(peer.request('search', { limit: 3 }, { timeout: 5 })).resolves.toEqualTypeOf<{
      found: string[]
    }>()
    expectTypeOf(peer.notify('leave')).resolves.toEqualTypeOf<void>()
  })

  it('refuses what is not in the contract', () => {
    // @ts-expect-error: no such request
    peer.request('jion', { room: 'a' })
    // @ts-expect-error: data is missing
    peer.request('join')
    // @ts-expect-error: data of the wrong type
    peer.request('join', { room: 1 })
    // @ts-expect-error: a notification is no request
    peer.request('typing', { on: true })
    // @ts-expect-error: no such notification
    peer.notify('shout', {})
    // @ts-expect-error: data of the wrong type
    peer.notify('typing', { on: 1 })
    // @ts-expect-error: the client handles this one, and does not send it
    peer.notify('message', { from: 'a', text: 'b' })
  })

  it('types handlers by what the client handles', () => {
    peer.handle('confirm', (data) => {
      expectTypeOf(data).toEqualTypeOf<{ text: string }>()
      return { ok: true }
    })
    peer.handle('confirm', async ({ text }) => ({ ok: text === '' }))
    // @ts-expect-error: the wrong result
    peer.handle('confirm', () => ({ ok: 1 }))
    // @ts-expect-error: the server handles this one
    peer.handle('join', () => ({}))
  })

  it('narrows notifications by their method', () => {
    peer.on('notification', (notification) => {
      if (notification.method === 'message') {
        expectTypeOf(notification.data).toEqualTypeOf<{ from: string; text: string }>()
      } else {
        expectTypeOf(notification.data).toEqualTypeOf<{ at: number }>()
      }
    })
    // @ts-expect-error: no such event
    peer.on('message', () => {})
  })
})

describe('a peer without a contract', () => {
  it('takes any method and any data', () => {
    const any = createPeer('ws://x')
    expectTypeOf(any.request('x', { a: 1 })).resolves.toBeAny()
    any.notify('y')
    any.handle('z', (data) => data.foo.bar)
    any.on('notification', ({ method, data }) => method + data.text)
    expectTypeOf(any.data.foo).toBeAny()
  })

  it('chains, as in v4', () => {
    const any = createPeer('ws://x')
    expectTypeOf(any.on('open', () => {}).once('close', ({ cause }) => cause)).toEqualTypeOf(any)
  })
})
