import { createPeer, type Peer } from '@protoo-kit/client-core'
import { describe, expectTypeOf, it } from 'vitest'
import { computed, h, type Ref, reactive, ref, shallowRef } from 'vue'
import {
  createProtoo,
  createProtooComposables,
  ReconnectBanner,
  useConnectionStatus,
  useProtooPeer,
  useRequest,
} from './index.js'

interface ChatContract {
  server: {
    requests: { join(data: { room: string }): { members: string[] }; ping(): { at: number } }
    notifications: { typing: { on: boolean } }
  }
  client: {
    requests: { confirm(data: { text: string }): { ok: boolean } }
    notifications: { message: { from: string; text: string } }
  }
}

const chat = createProtooComposables<ChatContract>()
declare const peer: Peer<ChatContract>

describe('the composables of a contract', () => {
  it('know requests', () => {
    const { run, data, status } = chat.useRequest('join')
    expectTypeOf(run({ room: 'a' })).resolves.toEqualTypeOf<{ members: string[] }>()
    expectTypeOf(run({ room: 'a' }, { timeout: 5 })).resolves.toEqualTypeOf<{ members: string[] }>()
    expectTypeOf(data.value).toEqualTypeOf<{ members: string[] } | undefined>()
    expectTypeOf(status.value).toEqualTypeOf<'idle' | 'pending' | 'success' | 'error'>()
    expectTypeOf(chat.useRequest('ping').run()).resolves.toEqualTypeOf<{ at: number }>()
    // @ts-expect-error: no such request
    chat.useRequest('jion')
    // @ts-expect-error: data is missing
    run()
    // @ts-expect-error: readonly
    data.value = undefined
  })

  it('know notifications and what the client answers', () => {
    chat.useNotification('message', (data) => {
      expectTypeOf(data).toEqualTypeOf<{ from: string; text: string }>()
    })
    chat.useNotification(
      'message',
      ref(({ text }: { text: string }) => text),
    )
    chat.useRequestHandler('confirm', ({ text }) => ({ ok: text !== '' }))
    chat.useRequestHandler('confirm', async (_, request) => ({ ok: request.method === 'confirm' }))
    // @ts-expect-error: the server handles this one
    chat.useNotification('typing', () => {})
    // @ts-expect-error: no such answer
    chat.useRequestHandler('confirm', () => ({ ok: 1 }))
  })

  it('know the peer', () => {
    const { peer, request, notify, connected, status } = chat.useProtooPeer()
    expectTypeOf(peer.value).toEqualTypeOf<Peer<ChatContract>>()
    expectTypeOf(chat.usePeer().value).toEqualTypeOf<Peer<ChatContract>>()
    expectTypeOf(request('join', { room: 'a' })).resolves.toEqualTypeOf<{ members: string[] }>()
    expectTypeOf(connected.value).toEqualTypeOf<boolean>()
    notify('typing', { on: true })
    // @ts-expect-error: data of the wrong type
    notify('typing', { on: 1 })
    // @ts-expect-error: readonly
    status.value = { state: 'idle' }
  })

  it('take a peer in every form', () => {
    const forms = [peer, ref(peer), shallowRef(peer), reactive({ peer }).peer, () => peer, chat.usePeer()]
    chat.useRequest('join', { peer })
    chat.useRequest('join', { peer: ref(peer) })
    chat.useRequest('join', { peer: shallowRef(peer) })
    chat.useRequest('join', { peer: computed(() => peer) })
    chat.useRequest('join', { peer: reactive({ peer }).peer })
    chat.useRequest('join', { peer: () => peer })
    chat.useOpen(({ resumed }) => resumed, chat.useProtooPeer('ws://a.test'))
    for (const form of forms) chat.useProtooPeer({ peer: form })
    // @ts-expect-error: no peer
    chat.useRequest('join', { peer: 'ws://a.test' })
  })
})

describe('without a contract', () => {
  it('any method and any data will do', () => {
    const { run, data } = useRequest('anything')
    run({ some: 'data' })
    run()
    expectTypeOf(data.value).toBeAny()
    useRequest('anything', { peer })
    useConnectionStatus({ peer, showAfter: 0 })
    createProtoo({ peer })
    createProtoo({ peer: createPeer('ws://a.test') })
  })

  it('a selection has its type', () => {
    expectTypeOf(useConnectionStatus((status) => status.secondsLeft)).toEqualTypeOf<
      Readonly<Ref<number | undefined>>
    >()
    useConnectionStatus(
      (status) => status.phase,
      (one, other) => one === other,
      { peer },
    )
    // @ts-expect-error: no such field
    useConnectionStatus((status) => status.seconds)
  })

  it('url and options may be refs', () => {
    useProtooPeer(ref('ws://a.test'), { authToken: ref('a'), retry: [1000] })
    useProtooPeer(
      computed(() => 'ws://a.test'),
      () => ({ session: false }),
    )
    useProtooPeer(async () => 'ws://a.test', ref({ session: false }))
    createProtoo({ url: 'ws://a.test', options: reactive({ authToken: 'a' }) })
    // @ts-expect-error: no such option
    useProtooPeer('ws://a.test', { sesion: false })
  })

  it('the banner has props and slots', () => {
    h(ReconnectBanner, { peer, showAfter: 0, messages: { retry: 'Erneut versuchen' }, class: 'mine' })
    h(ReconnectBanner, null, { message: () => 'text' })
    expectTypeOf<InstanceType<typeof ReconnectBanner>['$props']['showAfter']>().toEqualTypeOf<
      number | undefined
    >()
    // @ts-expect-error: no number
    h(ReconnectBanner, { showAfter: 'soon' })
  })
})
