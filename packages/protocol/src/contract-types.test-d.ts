import { assertType, describe, expectTypeOf, it } from 'vitest'
import type {
  AnyContract,
  ClientSide,
  Contract,
  NotificationArguments,
  NotificationData,
  NotificationMethod,
  NotificationOf,
  RequestArguments,
  RequestData,
  RequestMethod,
  RequestOf,
  RequestResult,
  ServerSide,
} from './contract-types.js'
import type { ProtooNotification, ProtooRequest } from './message.js'

// Interfaces all the way down: they have no index signature, which a `Record` would ask for.
interface Join {
  room: string
}
interface ServerRequests {
  join(data: Join): { members: string[] }
  leave(): void
  search(data: { text?: string }): Promise<{ hits: number }>
  rename(data?: { name: string }): { name: string }
}
interface ServerNotifications {
  typing: { on: boolean }
  ping: undefined
  status: { text?: string }
}
interface ServerPart {
  requests: ServerRequests
  notifications: ServerNotifications
}
interface ClientPart {
  requests: { confirm(data: { text: string }): { ok: boolean } }
  notifications: { message: { from: string; text: string } }
}
interface ChatContract {
  server: ServerPart
  client: ClientPart
  errors: { 404: { room: string } }
}

type Server = ServerSide<ChatContract>
type Client = ClientSide<ChatContract>
interface Options {
  timeout?: number
}

/** As `peer.request()` and `peer.notify()` are declared. */
declare function request<M extends RequestMethod<Server>>(
  method: M,
  ...args: RequestArguments<Server, M, Options>
): Promise<RequestResult<Server, M>>
declare function notify<M extends NotificationMethod<Server>>(
  method: M,
  ...args: NotificationArguments<Server, M>
): Promise<void>
declare function handle<M extends RequestMethod<Server>>(
  method: M,
  handler: (data: RequestData<Server, M>) => RequestResult<Server, M> | Promise<RequestResult<Server, M>>,
): void

describe('a contract', () => {
  it('may be made of nested interfaces, and leave sides and parts out', () => {
    expectTypeOf<ChatContract>().toExtend<Contract>()
    expectTypeOf<{ server: { requests: ServerRequests } }>().toExtend<Contract>()
    expectTypeOf<object>().toExtend<Contract>()
    // @ts-expect-error a side is an object
    assertType<Contract>({ server: 'all' })
  })

  it('has nothing to call where a side or a part is left out', () => {
    expectTypeOf<RequestMethod<ServerSide<{ client: ClientPart }>>>().toEqualTypeOf<never>()
    expectTypeOf<
      NotificationMethod<ServerSide<{ server: { requests: ServerRequests } }>>
    >().toEqualTypeOf<never>()
  })
})

describe('method names', () => {
  it('are those of the side', () => {
    expectTypeOf<RequestMethod<Server>>().toEqualTypeOf<'join' | 'leave' | 'search' | 'rename'>()
    expectTypeOf<RequestMethod<Client>>().toEqualTypeOf<'confirm'>()
    expectTypeOf<NotificationMethod<Server>>().toEqualTypeOf<'typing' | 'ping' | 'status'>()
    expectTypeOf<NotificationMethod<Client>>().toEqualTypeOf<'message'>()
  })

  it('are refused when they are of the other side, of the other kind, or unknown', () => {
    // @ts-expect-error the client handles it
    request('confirm', { text: '' })
    // @ts-expect-error it is a notification
    request('typing', { on: true })
    // @ts-expect-error misspelt
    request('jion', { room: 'x' })
    // @ts-expect-error it is a request
    notify('join', { room: 'x' })
  })
})

describe('data and results', () => {
  it('are inferred', () => {
    expectTypeOf<RequestData<Server, 'join'>>().toEqualTypeOf<Join>()
    expectTypeOf<RequestData<Server, 'leave'>>().toEqualTypeOf<undefined>()
    expectTypeOf<RequestData<Server, 'rename'>>().toEqualTypeOf<{ name: string } | undefined>()
    expectTypeOf<RequestResult<Server, 'join'>>().toEqualTypeOf<{ members: string[] }>()
    expectTypeOf<RequestResult<Server, 'leave'>>().toEqualTypeOf<void>()
    expectTypeOf<RequestResult<Server, 'search'>>().toEqualTypeOf<{ hits: number }>()
    expectTypeOf<RequestResult<Client, 'confirm'>>().toEqualTypeOf<{ ok: boolean }>()
    expectTypeOf<NotificationData<Server, 'typing'>>().toEqualTypeOf<{ on: boolean }>()
    expectTypeOf<NotificationData<Client, 'message'>>().toEqualTypeOf<{ from: string; text: string }>()
  })

  it('are inferred where a request is made', () => {
    expectTypeOf(request('join', { room: 'x' })).resolves.toEqualTypeOf<{ members: string[] }>()
    // @ts-expect-error room is a string
    request('join', { room: 1 })
    // @ts-expect-error no such property
    request('join', { room: 'x', rom: 'y' })
    // @ts-expect-error on is missing
    notify('typing', {})
  })

  it('are inferred where a request is handled', () => {
    handle('join', (data) => {
      expectTypeOf(data).toEqualTypeOf<Join>()
      return { members: [data.room] }
    })
    handle('search', async ({ text }) => ({ hits: text?.length ?? 0 }))
    handle('leave', () => {})
    // @ts-expect-error members is an array
    handle('join', () => ({ members: 'none' }))
  })
})

describe('arguments', () => {
  it('have data where there must be some', () => {
    expectTypeOf<RequestArguments<Server, 'join', Options>>().toEqualTypeOf<[data: Join, options?: Options]>()
    expectTypeOf<NotificationArguments<Server, 'typing'>>().toEqualTypeOf<[data: { on: boolean }]>()
    request('join', { room: 'x' }, { timeout: 1 })
    // @ts-expect-error data is missing
    request('join')
    // @ts-expect-error data is missing
    notify('typing')
    // @ts-expect-error no such option
    request('join', { room: 'x' }, { timeOut: 1 })
  })

  it('need no data where undefined or {} will do', () => {
    request('leave')
    request('leave', undefined, { timeout: 1 })
    request('search')
    request('search', { text: 'x' }, { timeout: 1 })
    request('rename')
    notify('ping')
    notify('status')
    notify('status', { text: 'x' })
    // @ts-expect-error text is a string
    request('search', { text: 1 })
    // @ts-expect-error it has no data
    notify('ping', { a: 1 })
  })
})

describe('what a side receives', () => {
  it('is narrowed by the method of a request', () => {
    const check = (received: RequestOf<Server>) => {
      if (received.method === 'join') {
        expectTypeOf(received).toEqualTypeOf<ProtooRequest<'join', Join>>()
        expectTypeOf(received.data.room).toEqualTypeOf<string>()
      }
      // @ts-expect-error not all requests have a room
      received.data.room
      // @ts-expect-error the client handles it
      return received.method === 'confirm'
    }
    expectTypeOf(check).toBeFunction()
  })

  it('is narrowed by the method of a notification', () => {
    const check = (received: NotificationOf<Server>) => {
      if (received.method === 'typing') {
        expectTypeOf(received).toEqualTypeOf<ProtooNotification<'typing', { on: boolean }>>()
        // @ts-expect-error on is no string
        received.data.on satisfies string
      }
    }
    expectTypeOf(check).toBeFunction()
    expectTypeOf<NotificationOf<Client>['data']>().toEqualTypeOf<{ from: string; text: string }>()
  })

  it('is a ProtooRequest or a ProtooNotification', () => {
    expectTypeOf<RequestOf<Server>>().toExtend<ProtooRequest<string, unknown>>()
    expectTypeOf<NotificationOf<Server>>().toExtend<ProtooNotification<string, unknown>>()
  })
})

describe('AnyContract', () => {
  type Any = ServerSide<AnyContract>

  it('takes any method and any data, or none', () => {
    expectTypeOf<RequestMethod<Any>>().toEqualTypeOf<string>()
    expectTypeOf<RequestData<Any, 'whatever'>>().toBeAny()
    expectTypeOf<RequestResult<Any, 'whatever'>>().toBeAny()
    expectTypeOf<NotificationData<Any, 'whatever'>>().toBeAny()
    assertType<RequestArguments<Any, 'whatever', Options>>([])
    assertType<RequestArguments<Any, 'whatever', Options>>([{ a: 1 }])
    assertType<RequestArguments<Any, 'whatever', Options>>(['text', { timeout: 1 }])
    assertType<NotificationArguments<Any, 'whatever'>>([])
    assertType<NotificationArguments<Any, 'whatever'>>([[1, 2]])
  })

  it('still knows what options there are', () => {
    // @ts-expect-error no such option
    assertType<RequestArguments<Any, 'whatever', Options>>([{}, { timeOut: 1 }])
  })

  it('reads what was received without a cast', () => {
    expectTypeOf<RequestOf<Any>>().toEqualTypeOf<ProtooRequest>()
    expectTypeOf<RequestOf<Any>['data']>().toBeAny()
    expectTypeOf<NotificationOf<ClientSide<AnyContract>>>().toEqualTypeOf<ProtooNotification>()
  })

  it('is a contract, as is any other', () => {
    expectTypeOf<AnyContract>().toExtend<Contract>()
  })
})
