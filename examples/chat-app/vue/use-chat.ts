import { onMounted, onUnmounted, type ShallowRef, shallowRef } from 'vue'
import { createChat } from '../shared/chat-model.js'
import type { Chat, ChatState } from '../shared/chat-state.js'
import type { Visit } from '../shared/visit.js'
import { usePeer } from './protoo.js'

/** The room on the app's connection, which is one and the same for all its life. */
export function useChat({ peerId, name, room }: Visit): {
  chat: Chat
  state: Readonly<ShallowRef<ChatState>>
} {
  const chat = createChat(usePeer().value, { you: peerId, name, room })
  const state = shallowRef(chat.get())
  const undo: (() => void)[] = []
  onMounted(() => {
    undo.push(
      chat.start(),
      chat.subscribe(() => {
        state.value = chat.get()
      }),
    )
  })
  onUnmounted(() => {
    for (const each of undo) each()
  })
  return { chat, state }
}
