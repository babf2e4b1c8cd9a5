import {
  type AcceptRequest,
  type ClientSide,
  type Data,
  guard,
  type NotificationOf,
  ProtocolError,
  type ProtooNotification,
  type ProtooRequest,
  type RejectRequest,
  type RequestArguments,
  type RequestData,
  type RequestMethod,
  type RequestOptions,
  type RequestResult,
  type ServerSide,
} from '@protoo-kit/protocol'
import { type ClientView, ContractChecks, type ContractSchemas, InOrder } from '@protoo-kit/protocol/contract'
import type { Listener, Registered } from './emitter.js'
import { Peer, type PeerEvents } from './peer.js'
import { todaysRetry } from './todays-retry.js'
import type { Transport } from './transport.js'
import type { TransportOptions, UrlSource } from './transport-options.js'
import { pageWakeSource } from './wake.js'
import { WebSocketTransport } from './websocket-transport.js'

/**
 * A peer that checks what the server sends against a contract with schemas: answers, notifications and requests are what
 * the schemas make of them. For programs that do not trust their server, or whose schemas transform; `Peer<typeof contract>`
 * has the types alone, and costs nothing.
 *
 * An answer that is wrong rejects with `InvalidDataError`; a notification that is wrong is dropped, and `protocolerror` emitted; a
 * request with wrong data answers 400.
 */
export class ContractPeer<const C extends ContractSchemas> extends Peer<ClientView<C>> {
  private readonly checks: ContractChecks
  private readonly order: InOrder
  /** What was registered for each listener of requests, in its order. */
  private readonly wrappers = new WeakMap<Listener, Listener[]>()

  constructor(
    /** What `defineContract()` returned. */
    readonly contract: C,
    transport: Transport,
  ) {
    super(transport)
    this.checks = new ContractChecks(contract, 'client')
    this.order = new InOrder()
  }

  override request<M extends RequestMethod<ServerSide<ClientView<C>>>>(
    method: M,
    ...args: RequestArguments<ServerSide<ClientView<C>>, M, RequestOptions>
  ): Promise<RequestResult<ServerSide<ClientView<C>>, M>> {
    return this.checks.answer(method, super.request(method, ...args))
  }

  override handle<M extends RequestMethod<ClientSide<ClientView<C>>>>(
    method: M,
    handler: (
      data: RequestData<ClientSide<ClientView<C>>, M>,
      request: ProtooRequest<M, RequestData<ClientSide<ClientView<C>>, M>>,
    ) => RequestResult<ClientSide<ClientView<C>>, M> | Promise<RequestResult<ClientSide<ClientView<C>>, M>>,
  ): () => void {
    const checked = (_data: Data, request: ProtooRequest<M>) =>
      new Promise<RequestResult<ClientSide<ClientView<C>>, M>>((accept, fail) => {
        this.checked(request, accept, (data) => handler(data, { ...request, data })).catch(fail)
      })
    return super.handle(method, checked)
  }

  override on<E extends keyof PeerEvents<ClientView<C>>>(
    event: E,
    listener: (...args: PeerEvents<ClientView<C>>[E]) => unknown,
  ): this {
    if (event !== 'request' || typeof listener !== 'function') return super.on(event, listener)
    const given: Listener = listener
    const checked: Listener = (request: ProtooRequest, accept: AcceptRequest, reject: RejectRequest) => {
      const refuse = (error: unknown) => reject(error instanceof Error ? error : new Error(String(error)))
      this.order.run(
        () => this.checks.request(request.method, request.data),
        (data) => guard(() => given.apply(this, [{ ...request, data }, accept, reject]), refuse),
        refuse,
      )
    }
    const wrappers = this.wrappers.get(original(given)) ?? []
    this.wrappers.set(original(given), wrappers)
    wrappers.push(checked)
    return super.on(event, checked)
  }

  override off<E extends keyof PeerEvents<ClientView<C>>>(
    event: E,
    listener: (...args: PeerEvents<ClientView<C>>[E]) => unknown,
  ): this {
    const wrappers = event === 'request' ? this.wrappers.get(original(listener)) : undefined
    return super.off(event, wrappers?.pop() ?? listener)
  }

  override emit<E extends keyof PeerEvents<ClientView<C>>>(
    event: E,
    ...args: PeerEvents<ClientView<C>>[E]
  ): void {
    if (event !== 'notification') {
      super.emit(event, ...args)
      return
    }
    const received: ProtooNotification = Object(args[0])
    this.order.run(
      () => this.checks.notification(received.method, received.data),
      (data) => {
        // Its method is one of the contract's, and its data what the schema made of it.
        const notification = { ...received, data } as NotificationOf<ClientSide<ClientView<C>>>
        if (!this.closed) super.emit('notification', notification)
      },
      (error) => {
        if (error instanceof ProtocolError) this.emit('protocolerror', error)
        else console.error('protoo: a notification could not be checked:', received.method, error)
      },
    )
  }

  private checked(
    { method, data }: ProtooRequest,
    accept: (result: Data) => void,
    handler: (data: Data) => unknown,
  ): Promise<void> {
    return this.order.answer(() => this.checks.request(method, data), handler, accept)
  }
}

/** What `once` was given, and `off` will be. */
function original(listener: Registered): Listener {
  return listener.listener ?? listener
}

/**
 * A {@link ContractPeer} with the defaults of today, as `createPeer()` has them.
 *
 * ```ts
 * const peer = createContractPeer(chat, 'wss://example.org/?peerId=ann')
 * ```
 */
export function createContractPeer<const C extends ContractSchemas>(
  contract: C,
  url: UrlSource,
  options: TransportOptions = {},
): ContractPeer<C> {
  const retry = todaysRetry(options.retry)
  const transport = new WebSocketTransport(url, { wake: pageWakeSource, session: true, ...options, retry })
  return new ContractPeer(contract, transport)
}
