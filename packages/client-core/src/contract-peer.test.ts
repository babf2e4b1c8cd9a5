import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { event } from '../test/implementations.js'
import { type ContractPeer, createContractPeer, defineContract, InvalidDataError } from './contract.js'
import { MockServer } from './testing.js'

const moment = z.iso.datetime().transform((text) => new Date(text))

const chat = defineContract({
  server: {
    requests: { join: { data: z.object({ name: z.string() }), result: z.object({ at: moment }) }, leave: {} },
    notifications: { typing: z.object({ on: z.boolean() }) },
  },
  client: {
    requests: { confirm: { data: z.object({ until: moment }), result: z.object({ ok: z.boolean() }) } },
    notifications: { said: z.object({ at: moment, text: z.string() }) },
  },
  errors: { 409: z.object({ until: moment }) },
})

const time = '2026-01-02T03:04:05Z'
let server: MockServer
let peer: ContractPeer<typeof chat>

beforeEach(async () => {
  server = new MockServer('ws://contract.test')
  peer = createContractPeer(chat, 'ws://contract.test', { WebSocket: server.WebSocket })
  await event(peer, 'open')
})

afterEach(() => {
  peer.close()
  server.stop()
})

it('gives answers and errors as the schemas make them, and tells those that are wrong', async () => {
  server.handle('join', ({ name }) => ({ at: name === 'Ann' ? time : 7 }))
  expect((await peer.request('join', { name: 'Ann' })).at).toEqual(new Date(time))
  await expect(peer.request('join', { name: 'Bob' })).rejects.toThrow(InvalidDataError)
  server.handle('leave', () => ({ whatever: 1 }))
  expect(await peer.request('leave')).toBeUndefined()
})

it('drops notifications that are wrong, and says so', async () => {
  const heard = vi.fn()
  peer.on('notification', ({ method, data }) => heard(method, data))
  const wrong = event(peer, 'protocolerror')
  server.notify('said', { at: 'yesterday', text: 'hi' })
  expect(await wrong).toMatchObject([{ method: 'said', issues: [{ path: ['at'] }] }])
  const right = event(peer, 'notification')
  server.notify('said', { at: time, text: 'hi' })
  await right
  expect(heard.mock.calls).toEqual([['said', { at: new Date(time), text: 'hi' }]])
})

it('checks what its handlers are asked', async () => {
  const [client] = server.clients
  peer.handle('confirm', ({ until }, request) => ({ ok: until.getTime() === request.data.until.getTime() }))
  expect(await client?.request('confirm', { until: time })).toEqual({ ok: true })
  await expect(client?.request('confirm', { until: 7 })).rejects.toMatchObject({
    code: 400,
    data: { issues: [{ path: ['until'] }] },
  })
  await expect(client?.request('constructor')).rejects.toMatchObject({ code: 501 })
})

it('checks what its listeners are asked, however they came and go', async () => {
  const [client] = server.clients
  const ask = () => client?.request('confirm', { until: time })
  const listener = vi.fn((request, accept) => accept({ ok: request.data.until instanceof Date }))
  peer.on('request', listener)
  expect(await ask()).toEqual({ ok: true })
  await expect(client?.request('confirm', {})).rejects.toMatchObject({ code: 400 })
  peer.off('request', listener)
  await expect(ask()).rejects.toMatchObject({ code: 501 })
  peer.once('request', listener)
  expect(await ask()).toEqual({ ok: true })
  await expect(ask()).rejects.toMatchObject({ code: 501 })
  peer.once('request', listener)
  peer.off('request', listener)
  await expect(ask()).rejects.toMatchObject({ code: 501 })
  const stop = peer.listen('request', () => {
    throw new Error('BOOM')
  })
  await expect(ask()).rejects.toMatchObject({ code: 500 })
  stop()
  expect(listener).toHaveBeenCalledTimes(2)
})
