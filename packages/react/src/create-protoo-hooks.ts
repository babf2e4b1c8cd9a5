import type { Contract, OpenEvent, Peer, ProtooRequest, UrlSource } from '@protoo-kit/client-core'
import type {
  ClientSide,
  NotificationData,
  NotificationMethod,
  RequestData,
  RequestMethod,
  RequestResult,
  ServerSide,
} from '@protoo-kit/protocol'
import type { ReactElement } from 'react'
import { ProtooProvider, type ProtooProviderProps } from './provider.js'
import { useConnectionStatus } from './use-connection-status.js'
import { useNotification, useOpen, useRequestHandler } from './use-handlers.js'
import { type PeerOption, usePeer } from './use-peer.js'
import { type OwnPeerOptions, type ProtooPeer, useProtooPeer } from './use-protoo-peer.js'
import { type UseRequest, useRequest } from './use-request.js'

/** The hooks of one contract: method names complete, and data is checked. */
export interface ProtooHooks<C extends Contract> {
  ProtooProvider(props: ProtooProviderProps<C>): ReactElement
  usePeer(options?: PeerOption<C>): Peer<C>
  useProtooPeer(options?: PeerOption<C>): ProtooPeer<C>
  useProtooPeer(url: UrlSource, options?: OwnPeerOptions): ProtooPeer<C>
  useConnectionStatus: typeof useConnectionStatus
  useRequest<M extends RequestMethod<ServerSide<C>>>(method: M, options?: PeerOption<C>): UseRequest<C, M>
  useNotification<M extends NotificationMethod<ClientSide<C>>>(
    method: M,
    handler: (data: NotificationData<ClientSide<C>, M>) => unknown,
    options?: PeerOption<C>,
  ): void
  useRequestHandler<M extends RequestMethod<ClientSide<C>>>(
    method: M,
    handler: (
      data: RequestData<ClientSide<C>, M>,
      request: ProtooRequest<M, RequestData<ClientSide<C>, M>>,
    ) => RequestResult<ClientSide<C>, M> | Promise<RequestResult<ClientSide<C>, M>>,
    options?: PeerOption<C>,
  ): void
  useOpen(handler: (event: OpenEvent) => unknown, options?: PeerOption<C>): void
}

/**
 * The same hooks, typed by one contract.
 *
 * ```ts
 * export const { ProtooProvider, useRequest, useNotification } = createProtooHooks<ChatContract>()
 * ```
 */
export function createProtooHooks<C extends Contract>(): ProtooHooks<C> {
  return {
    ProtooProvider,
    usePeer,
    useProtooPeer,
    useConnectionStatus,
    useRequest,
    useNotification,
    useRequestHandler,
    useOpen,
  }
}
