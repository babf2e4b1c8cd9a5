import { createPeer, type Peer } from '@protoo-kit/client-core'
import { type MockClient, MockServer } from '@protoo-kit/client-core/testing'
import { it as base } from 'vitest'
import { createChat } from './chat-model.js'
import type { Chat, ChatOptions, ChatState, ChatStorage } from './chat-state.js'
import type { ChatContract, Member, Message } from './contract.js'

const ann: Member = { id: 'a', name: 'Ann', presence: 'here' }
const ben: Member = { id: 'b', name: 'Ben', presence: 'here' }

/** Ann at a room in which Ben is as well; new for each test. */
export class ChatFixture {
  readonly server = new MockServer<ChatContract>('ws://chat.test')
  peer = this.newPeer()
  /** What the server remembers. */
  history: Message[] = []
  /** The messages that it was sent. */
  readonly taken: { id: string; text: string }[] = []
  private stops: (() => void)[] = []

  constructor() {
    this.server.handle('join', () => ({ members: [ann, ben], history: this.history }))
    this.server.handle('message', (data) => {
      this.taken.push(data)
      return { id: data.id, at: 1000 + this.taken.length }
    })
  }

  newPeer(): Peer<ChatContract> {
    return createPeer<ChatContract>('ws://chat.test', {
      WebSocket: this.server.WebSocket,
      retry: { minTimeout: 1, maxTimeout: 1 },
    })
  }

  newChat(options: Partial<ChatOptions> = {}): Chat {
    return createChat(this.peer, {
      you: 'a',
      name: 'Ann',
      room: 'lobby',
      storage: memoryStorage(),
      ...options,
    })
  }

  start(chat: Chat): Chat {
    this.stops.push(chat.start())
    return chat
  }

  /** In the room, with the server's end of the connection. */
  async join(options?: Partial<ChatOptions>): Promise<[Chat, MockClient<ChatContract>]> {
    const connection = this.server.connection()
    const chat = this.start(this.newChat(options))
    const client = await connection
    await until(chat, ({ members }) => members.length === 2)
    return [chat, client]
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop()
  }

  end(): void {
    this.stop()
    this.peer.close()
    this.server.stop()
  }
}

export const it = base.extend<{ fixture: ChatFixture }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest wants a pattern here
  fixture: async ({}, use) => {
    const fixture = new ChatFixture()
    await use(fixture)
    fixture.end()
  },
})

export function until(chat: Chat, condition: (state: ChatState) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = chat.subscribe(check)
    check()
    function check() {
      if (!condition(chat.get())) return
      unsubscribe()
      resolve()
    }
  })
}

export function memoryStorage(): ChatStorage {
  const values = new Map<string, string>()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
}
