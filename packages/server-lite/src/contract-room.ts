import {
  type Data,
  guard,
  ProtocolError,
  type ProtooNotification,
  type ProtooRequest,
  RequestError,
  type RequestHandler,
  type RequestListener,
  type ServerSide,
} from '@protoo-kit/protocol'
import {
  ContractChecks,
  type ContractHandlers,
  type ContractSchemas,
  InOrder,
  type ServerView,
} from '@protoo-kit/protocol/contract'
import { reportFailure } from './emit.js'
import { createLogger } from './logger.js'
import type { Peer } from './peer.js'
import type { CheckedPeer, PeerChecks } from './peer-checks.js'
import { Room } from './room.js'
import type { RoomOptions } from './room-options.js'

const logger = createLogger('ContractRoom')

type AnyHandler = (peer: Data, data: Data) => unknown

/**
 * A room of a contract with schemas: whatever its peers receive is checked before anybody sees it.
 *
 * A request with wrong data answers 400, its reason the path of what is wrong and its data `{ issues }`; one that the contract
 * does not have answers 501. A notification that is wrong is dropped, and the peer emits `protocolerror` with an
 * `InvalidDataError`, as which a client's answer that is wrong rejects. Handlers and listeners get what the schemas made of
 * the data, in the order in which it came, schemas that take their time or not.
 *
 * ```ts
 * const room = new ContractRoom(chat)
 * room.handle({
 *   join: (peer, { name }) => ({ members: room.peers.map(({ id }) => id) }),
 *   typing: (peer, { on }) => room.broadcast('typing', { id: peer.id, on }, { except: peer }),
 * })
 * ```
 */
export class ContractRoom<const C extends ContractSchemas> extends Room<ServerView<C>> {
  private readonly answers: RoomChecks

  /** @throws TypeError when an option is wrong */
  constructor(
    /** What `defineContract()` returned. */
    readonly contract: C,
    options?: RoomOptions,
  ) {
    super(options)
    this.answers = new RoomChecks(new ContractChecks(contract, 'server'))
    this.checks = this.answers
  }

  /**
   * Answers the requests of all peers, those that come later included, and takes their notifications: one function for each
   * method. It returns the answer, or a promise of it, and throws `ContractError` to refuse. `peer.handle()` goes before it.
   *
   * @throws Error when the room has handlers already
   */
  handle(handlers: ContractHandlers<ServerSide<C>, Peer<ServerView<C>>>): void {
    if (this.answers.handlers) throw new Error('the room has handlers already: give them all at once')
    this.answers.handlers = new Map<string, AnyHandler>(Object.entries(handlers))
  }
}

class RoomChecks implements PeerChecks {
  handlers: Map<string, AnyHandler> | undefined
  readonly listener: RequestListener
  private readonly orders = new WeakMap<CheckedPeer, InOrder>()

  constructor(private readonly contract: ContractChecks) {
    const checks = this
    // One function for all peers: `this` is whose request it is.
    this.listener = function (this: CheckedPeer, request, accept, reject) {
      return checks.checked(this, request, accept, (data) => {
        const handler = checks.handlers?.get(request.method)
        if (handler) return handler(this, data)
        return new Promise((resolve, refuse) => {
          const listeners = this.rawListeners('request')
          if (listeners.length === 0) return refuse(new RequestError(501, 'no request handler'))
          for (const listener of listeners)
            guard(() => Reflect.apply(listener, this, [{ ...request, data }, resolve, reject]), refuse)
        })
      })
    }
  }

  handler(peer: CheckedPeer, handler: RequestHandler): RequestHandler {
    return (_data, request) =>
      new Promise((accept, fail) => {
        this.checked(peer, request, accept, (data) => handler(data, { ...request, data })).catch(fail)
      })
  }

  notification(peer: CheckedPeer, notification: ProtooNotification): void {
    const { method } = notification
    this.orderOf(peer).run(
      () => this.contract.notification(method, notification.data),
      (data) => {
        if (peer.closed) return
        guard(() => this.handlers?.get(method)?.(peer, data), reportFailure(method))
        peer.emitEvent('notification', { ...notification, data })
      },
      (error) => {
        logger.warn('dropped a notification [peer:%s]: %s', peer.id, error)
        if (error instanceof ProtocolError) peer.emitEvent('protocolerror', error)
        else if (!(error instanceof RequestError)) reportFailure(method)(error)
      },
    )
  }

  answer(method: string, answer: Promise<Data>): Promise<Data> {
    return this.contract.answer(method, answer)
  }

  private checked(
    peer: CheckedPeer,
    { method, data }: ProtooRequest,
    accept: (result: unknown) => void,
    handler: (data: unknown) => unknown,
  ): Promise<void> {
    return this.orderOf(peer).answer(() => this.contract.request(method, data), handler, accept)
  }

  private orderOf(peer: CheckedPeer): InOrder {
    const order = this.orders.get(peer) ?? new InOrder()
    this.orders.set(peer, order)
    return order
  }
}
