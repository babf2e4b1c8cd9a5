import { createProtooComposables } from '@protoo-kit/vue'
import type { ChatContract } from '../shared/contract.js'

/** The composables, which know what can be said in a chat. */
export const { usePeer, useProtooPeer, useConnectionStatus } = createProtooComposables<ChatContract>()
