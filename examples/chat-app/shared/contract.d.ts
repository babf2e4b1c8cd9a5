// What the chat's two ends say to each other, as types alone.

/** `away`: the connection broke, and the person is expected back. */
export type Presence = 'here' | 'away'

export interface Member {
  readonly id: string
  readonly name: string
  readonly presence: Presence
}

export interface Message {
  /** Chosen by whoever sent it, and unique among their messages. */
  readonly id: string
  /** The member's id. */
  readonly from: string
  readonly name: string
  readonly text: string
  /** When the server took it, in epoch ms. No two messages of a room have the same. */
  readonly at: number
}

export interface ChatContract {
  /** What the server handles. */
  server: {
    requests: {
      /** Refused with 400 for a name that is empty or longer than 40. Safe to repeat. */
      join(data: { name: string }): { members: Member[]; history: Message[] }
      /**
       * Refused with 400 for a text that is empty or longer than 2000, and with 403 before `join`. Safe to
       * repeat with the same id: it is said once.
       */
      message(data: { id: string; text: string }): { id: string; at: number }
    }
    notifications: {
      typing: { typing: boolean }
    }
  }
  /** What the client handles: what others in the room do. */
  client: {
    notifications: {
      message: Message
      /** Somebody new, or the same person by a new name. */
      memberjoin: { id: string; name: string }
      memberleave: { id: string }
      memberaway: { id: string }
      memberback: { id: string }
      /** Goes without saying when nothing more is heard for some seconds. */
      typing: { id: string; typing: boolean }
    }
  }
}
