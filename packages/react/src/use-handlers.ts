import type { AnyContract, Contract, OpenEvent, PeerStatus, ProtooRequest } from '@protoo-kit/client-core'
import type {
  ClientSide,
  NotificationData,
  NotificationMethod,
  RequestData,
  RequestMethod,
  RequestResult,
} from '@protoo-kit/protocol'
import { useEffect, useRef } from 'react'
import { useLatest } from './use-latest.js'
import { type PeerOption, usePeer } from './use-peer.js'

/**
 * Calls `handler` for each notification of one method. The newest handler is the one that is called; it causes no
 * render by itself.
 */
export function useNotification<
  C extends Contract = AnyContract,
  M extends NotificationMethod<ClientSide<C>> = NotificationMethod<ClientSide<C>>,
>(method: M, handler: (data: NotificationData<ClientSide<C>, M>) => unknown, options?: PeerOption<C>): void {
  const peer = usePeer(options)
  const latest = useLatest(handler)
  useEffect(
    () =>
      peer.listen('notification', (notification) => {
        // The contract's data of this method, now that it is this one.
        if (notification.method === method)
          return latest.current(notification.data as NotificationData<ClientSide<C>, M>)
      }),
    [peer, method, latest],
  )
}

/**
 * Answers the server's requests of one method with what `handler`, the newest one, returns or resolves to; it throws
 * `RequestError(code, reason)` to refuse.
 *
 * @throws Error where another component answers the method already
 */
export function useRequestHandler<
  C extends Contract = AnyContract,
  M extends RequestMethod<ClientSide<C>> = RequestMethod<ClientSide<C>>,
>(
  method: M,
  handler: (
    data: RequestData<ClientSide<C>, M>,
    request: ProtooRequest<M, RequestData<ClientSide<C>, M>>,
  ) => RequestResult<ClientSide<C>, M> | Promise<RequestResult<ClientSide<C>, M>>,
  options?: PeerOption<C>,
): void {
  const peer = usePeer(options)
  const latest = useLatest(handler)
  useEffect(
    () => peer.handle(method, (data, request) => latest.current(data, request)),
    [peer, method, latest],
  )
}

/**
 * Calls `handler` at each open, and at mount for one that was missed: the place to join, unless the session was
 * `resumed`. Once for each connection, under StrictMode too.
 */
export function useOpen<C extends Contract = AnyContract>(
  handler: (event: OpenEvent) => unknown,
  options?: PeerOption<C>,
): void {
  const peer = usePeer(options)
  const latest = useLatest(handler)
  const told = useRef<PeerStatus | undefined>(undefined)
  useEffect(() => {
    // Async, so that what is thrown is a rejection, wherever this is called from.
    const tell = async (event: OpenEvent): Promise<unknown> => {
      const { status } = peer
      if (status.state !== 'open' || told.current === status) return
      told.current = status
      return latest.current(event)
    }
    const stop = peer.listen('open', tell)
    // Whoever comes later has not joined anything, even if the connection was resumed before.
    tell({ resumed: false, lost: 0 }).catch((error) =>
      console.error('protoo: listener failed:', 'open', error),
    )
    return stop
  }, [peer, latest])
}
