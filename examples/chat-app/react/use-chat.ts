import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { createChat } from '../shared/chat-model.js'
import type { Chat, ChatState } from '../shared/chat-state.js'
import type { Visit } from '../shared/visit.js'
import { usePeer } from './protoo.js'

/** The room on the provider's connection. Renders at each change of it. */
export function useChat({ peerId, name, room }: Visit): [Chat, ChatState] {
  const peer = usePeer()
  const chat = useMemo(() => createChat(peer, { you: peerId, name, room }), [peer, peerId, name, room])
  useEffect(() => chat.start(), [chat])
  return [chat, useSyncExternalStore(chat.subscribe, chat.get)]
}
