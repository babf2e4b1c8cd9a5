import { SESSION_SUBPROTOCOL } from '@protoo-kit/protocol'
import { expect, it } from 'vitest'
import { devtoolsView, stretches } from './devtools-model.js'
import type { RecordedEvent } from './recording.js'

const at = (at: number) => ({ connection: 1, at })
const frame = (type: 'sent' | 'received', time: number, message: object): RecordedEvent => ({
  type,
  ...at(time),
  frame: JSON.stringify(message),
})
const open = (time: number, protocol: string): RecordedEvent => ({ type: 'open', ...at(time), protocol })
const ask = (type: 'sent' | 'received', time: number, id: number): RecordedEvent =>
  frame(type, time, { request: true, id, method: `m${id}`, data: {} })

it('tells requests from what answers them, and how long that took, for each end by itself', () => {
  const { rows, inFlight, sent, received, connections } = devtoolsView([
    { type: 'dial', ...at(0), url: 'ws://x' },
    open(1, 'protoo'),
    ask('sent', 10, 1),
    ask('received', 11, 1),
    frame('received', 25, { response: true, id: 1, ok: true, data: {} }),
    frame('sent', 31, { response: true, id: 1, ok: false, errorCode: 403, errorReason: 'no' }),
    ask('sent', 40, 2),
    frame('received', 41, { notification: true, method: 'news', data: {} }),
    frame('received', 42, { what: 'ever' }),
    { type: 'closed', ...at(50), code: 1006, reason: 'gone' },
  ])
  expect(rows.map(({ kind, label, outcome, took }) => [kind, label, outcome, took])).toEqual([
    ['connection', 'dialling ws://x', undefined, undefined],
    ['connection', 'open, protoo', undefined, undefined],
    ['request', 'm1', 'answered', 15],
    ['request', 'm1', 'refused', 20],
    ['answer', 'm1', undefined, undefined],
    ['refusal', 'm1: 403 no', undefined, undefined],
    ['request', 'm2', 'pending', undefined],
    ['notification', 'news', undefined, undefined],
    ['unknown', 'not a message', undefined, undefined],
    ['connection', 'closed 1006: gone', undefined, undefined],
  ])
  expect({ inFlight, sent, received, connections }).toEqual({
    inFlight: 1,
    sent: 3,
    received: 4,
    connections: 1,
  })
})

it('a request outlives its connection in a session, and no other', () => {
  const outcome = (protocol: string) =>
    devtoolsView([open(0, protocol), ask('sent', 1, 1), open(2, protocol)]).rows[1]?.outcome
  expect(outcome(SESSION_SUBPROTOCOL)).toBe('pending')
  expect(outcome('protoo')).toBe('lost')
})

it('says what a session counts', () => {
  const { rows } = devtoolsView([
    frame('received', 1, { session: { token: '…', resumed: true, received: 7 } }),
    frame('sent', 2, { ack: 12 }),
  ])
  expect(rows.map(({ label }) => label)).toEqual(['resumed session, 7 received before', 'has received 12'])
})

it('knows how the connection was, until now', () => {
  const events: RecordedEvent[] = [
    { type: 'dial', ...at(0), url: 'ws://x' },
    open(5, 'protoo'),
    { type: 'closed', ...at(20), code: 1006, reason: '' },
  ]
  expect(stretches(events, 50)).toEqual([
    { state: 'connecting', from: 0, to: 5 },
    { state: 'open', from: 5, to: 20 },
    { state: 'down', from: 20, to: 50 },
  ])
  expect(stretches([], 50)).toEqual([])
})
