import { createPeer, type Peer, RequestError } from '@protoo-kit/client-core'
import { describe, expectTypeOf, it } from 'vitest'
import { createProtooHooks, useConnectionStatus, useNotification, usePeer, useRequest } from './index.js'

interface Room {
  members: string[]
}

interface ChatContract {
  server: {
    requests: { join(data: { room: string }): Room; ping(): { at: number } }
    notifications: { typing: { on: boolean }; leave: undefined }
  }
  client: {
    requests: { confirm(data: { text: string }): { ok: boolean } }
    notifications: { message: { from: string; text: string }; ended: { at: number } }
  }
}

const hooks = createProtooHooks<ChatContract>()
declare const chat: Peer<ChatContract>

describe('the hooks of a contract', () => {
  it('know their methods by name', () => {
    expectTypeOf<Parameters<typeof hooks.useRequest>[0]>().toEqualTypeOf<'join' | 'ping'>()
    expectTypeOf<Parameters<typeof hooks.useNotification>[0]>().toEqualTypeOf<'message' | 'ended'>()
    expectTypeOf<Parameters<typeof hooks.useRequestHandler>[0]>().toEqualTypeOf<'confirm'>()
    // @ts-expect-error: no such request
    hooks.useRequest('jion')
    // @ts-expect-error: a notification is no request
    hooks.useRequest('typing')
    // @ts-expect-error: the client sends this one
    hooks.useNotification('typing', () => {})
    // @ts-expect-error: the server handles this one
    hooks.useRequestHandler('join', () => ({ members: [] }))
  })

  it('check the data and the result of a request', () => {
    const join = hooks.useRequest('join')
    expectTypeOf(join.run({ room: 'a' })).resolves.toEqualTypeOf<Room>()
    expectTypeOf(join.data).toEqualTypeOf<Room | undefined>()
    if (join.status === 'success') expectTypeOf(join.data).toEqualTypeOf<Room>()
    join.run({ room: 'a' }, { timeout: 5 })
    // @ts-expect-error: data is missing
    join.run()
    // @ts-expect-error: data of the wrong type
    join.run({ room: 1 })
    hooks.useRequest('ping').run()
  })

  it('check what handlers are given and return', () => {
    hooks.useNotification('message', (data) => {
      expectTypeOf(data).toEqualTypeOf<{ from: string; text: string }>()
    })
    hooks.useRequestHandler('confirm', async ({ text }) => ({ ok: text !== '' }))
    // @ts-expect-error: the wrong result
    hooks.useRequestHandler('confirm', () => ({ ok: 1 }))
    // @ts-expect-error: data has no such field
    hooks.useNotification('ended', ({ text }) => text)
  })

  it('give a peer of the contract', () => {
    const { peer, request, notify, status, connected } = hooks.useProtooPeer()
    expectTypeOf(peer).toEqualTypeOf<Peer<ChatContract>>()
    expectTypeOf(hooks.usePeer()).toEqualTypeOf<Peer<ChatContract>>()
    expectTypeOf(hooks.useProtooPeer('ws://x', { connectionKey: 1 }).peer).toEqualTypeOf<Peer<ChatContract>>()
    expectTypeOf(request('join', { room: 'a' })).resolves.toEqualTypeOf<Room>()
    notify('typing', { on: true })
    // @ts-expect-error: data of the wrong type
    notify('typing', { on: 1 })
    expectTypeOf(connected).toEqualTypeOf<boolean>()
    expectTypeOf(status).toEqualTypeOf<Peer['status']>()
  })

  it('take a peer of the contract', () => {
    hooks.useRequest('join', { peer: chat })
    hooks.useOpen(({ resumed, lost }) => resumed || lost, { peer: chat })
  })
})

describe('the provider', () => {
  it('takes a URL with options, or a peer, and not both', () => {
    const { ProtooProvider } = hooks
    const pages = [
      <ProtooProvider key="1" url="ws://x" options={{ retry: [1] }} connectionKey="a" />,
      <ProtooProvider key="2" url={async () => 'ws://x'} />,
      <ProtooProvider key="3" peer={chat} />,
      // @ts-expect-error: neither
      <ProtooProvider key="4" />,
      // @ts-expect-error: both
      <ProtooProvider key="5" url="ws://x" peer={chat} />,
    ]
    return pages
  })
})

describe('the hooks without a contract', () => {
  it('take any method and data, and the contract of a peer that is given', () => {
    const search = useRequest('search')
    expectTypeOf(search.run({ text: 'x' })).resolves.toBeAny()
    useNotification('message', (data) => data.anything.at.all)
    expectTypeOf(usePeer()).toEqualTypeOf<Peer>()
    const peer = createPeer<ChatContract>('ws://x')
    expectTypeOf(useRequest('join', { peer }).data).toEqualTypeOf<Room | undefined>()
    // @ts-expect-error: no such request
    useRequest('jion', { peer })
  })

  it('leave an error to be told apart by its class', () => {
    const { status, error } = useRequest('search')
    expectTypeOf(error).toBeUnknown()
    if (status !== 'error') expectTypeOf(error).toEqualTypeOf<undefined>()
    if (error instanceof RequestError) expectTypeOf(error.code).toEqualTypeOf<number>()
  })

  it('select of the status', () => {
    expectTypeOf(useConnectionStatus((status) => status.secondsLeft)).toEqualTypeOf<number | undefined>()
    expectTypeOf(useConnectionStatus({ peer: chat }).phase).toBeString()
    expectTypeOf(useConnectionStatus(({ phase }) => [phase], { peer: chat })).toBeArray()
    expectTypeOf(
      useConnectionStatus(
        ({ attempt }) => attempt,
        (one, two) => one === two,
        { showAfter: 5 },
      ),
    ).toEqualTypeOf<number | undefined>()
  })
})
