import { expect } from 'vitest'
import { createNotification, encode } from '../src/message.js'
import { attachSocket, createSession, flushMessages, keepMessage, type Session } from '../src/session.js'

/** A socket that keeps what it is given. */
export interface KeepingSocket {
  sent: string[]
  bufferedAmount: number
  send(text: string): void
}

export function createSocket(): KeepingSocket {
  const sent: string[] = []
  return { sent, bufferedAmount: 0, send: (text) => void sent.push(text) }
}

/** A notification, by its method. */
export const message = (method: string): string => encode(createNotification(method))

export const called = (texts: readonly string[]): string[] => texts.map((text) => JSON.parse(text).method)

/** A session on its first connection, over which it sent messages. */
export function openSession(...methods: string[]): { session: Session; socket: KeepingSocket } {
  const session = createSession()
  const socket = createSocket()
  attachSocket(session, socket, 0)
  for (const method of methods) keepMessage(session, message(method))
  flushMessages(session)
  return { session, socket }
}

/** Goes on over another connection. */
export function resume(session: Session, received: number): KeepingSocket {
  const socket = createSocket()
  expect(attachSocket(session, socket, received)).toBe(true)
  flushMessages(session)
  return socket
}

/** All that a session counts. */
export function counts(
  session: Session,
): Record<'received' | 'acked' | 'bytes' | 'sent' | 'waiting' | 'owed', number> {
  const { received, acked, bytes, owed, sent, handed } = session
  return { received, acked, bytes, owed, sent, waiting: sent - handed }
}
