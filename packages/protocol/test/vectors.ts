import { readFileSync } from 'node:fs'
import type { ProtocolErrorCode } from '../src/errors.js'
import type { Message } from '../src/message.js'

/** `vectors/base.json`, as PROTOCOL.md §6 describes it. */
export interface Vectors {
  protocol: string
  parse: ({ name: string; frame: string } & ({ message: Message } | { error: ProtocolErrorCode }))[]
  encode: { name: string; message: Message; frame: string }[]
  exchanges: { name: string; steps: ({ n: number } & Step)[] }[]
}

export type Step =
  | { connection: 'open' | 'drop' | 'close' }
  | { remote: string }
  | { subject: string }
  | { application: 'request'; as: string; method: string; data?: unknown; retry?: boolean }
  | { application: 'notify'; method: string; data?: unknown }
  | { application: 'answer' }
  | { result: string; resolves: unknown }
  | { result: string; rejects: { name: string; code: number | string; message: string } }
  | { event: 'notification'; method: string; data: unknown }
  | { event: 'protocolerror'; code: ProtocolErrorCode }

export const base: Vectors = JSON.parse(
  readFileSync(new URL('../vectors/base.json', import.meta.url), 'utf8'),
)
