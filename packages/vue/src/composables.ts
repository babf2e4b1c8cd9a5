import type { AnyContract, Contract } from './contract.js'
import { type UseConnectionStatus, useConnectionStatus } from './use-connection-status.js'
import { type UseNotification, useNotification } from './use-notification.js'
import { type UseOpen, useOpen } from './use-open.js'
import { type UsePeer, type UseProtooPeer, usePeer, useProtooPeer } from './use-protoo-peer.js'
import { type UseRequest, useRequest } from './use-request.js'
import { type UseRequestHandler, useRequestHandler } from './use-request-handler.js'

/** The composables, checked against a contract. */
export interface ProtooComposables<C extends Contract = AnyContract> {
  useConnectionStatus: UseConnectionStatus
  useNotification: UseNotification<C>
  useOpen: UseOpen<C>
  usePeer: UsePeer<C>
  useProtooPeer: UseProtooPeer<C>
  useRequest: UseRequest<C>
  useRequestHandler: UseRequestHandler<C>
}

const composables: ProtooComposables = {
  useConnectionStatus,
  useNotification,
  useOpen,
  usePeer,
  useProtooPeer,
  useRequest,
  useRequestHandler,
}

/**
 * The same composables, which know a contract: method names complete, and data is checked.
 *
 * ```ts
 * export const { useRequest, useNotification } = createProtooComposables<ChatContract>()
 * ```
 */
export function createProtooComposables<C extends Contract>(): ProtooComposables<C>
export function createProtooComposables(): ProtooComposables {
  return composables
}
