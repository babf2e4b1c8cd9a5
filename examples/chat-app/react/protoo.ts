import { createProtooHooks } from '@protoo-kit/react'
import type { ChatContract } from '../shared/contract.js'

/** The hooks, which know what can be said in a chat. */
export const { ProtooProvider, usePeer, useProtooPeer, useConnectionStatus } =
  createProtooHooks<ChatContract>()
