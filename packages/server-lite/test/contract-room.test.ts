import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { ContractError, ContractRoom, defineContract, InvalidDataError } from '../src/contract.js'
import { MemoryBackplane, RequestError, type RoomOptions } from '../src/index.js'
import { connect, lite, serve } from './support.js'

/** Names that are being looked up, each with what ends that. */
const lookups = new Map<string, () => void>()

const chat = defineContract({
  server: {
    requests: {
      join: {
        data: z.object({ name: z.string().min(1), age: z.string().transform(Number).optional() }),
        result: z.object({ members: z.array(z.string()) }),
      },
      leave: {},
      slow: {
        data: z.object({
          name: z
            .string()
            .refine(
              (name) =>
                new Promise<boolean>((resolve) => lookups.set(name, () => resolve(name !== 'nobody'))),
              'is not known',
            ),
        }),
      },
    },
    notifications: { typing: z.object({ on: z.boolean() }), idle: undefined },
  },
  client: {
    requests: { confirm: { data: z.object({ text: z.string() }), result: z.object({ ok: z.boolean() }) } },
    notifications: { said: z.object({ text: z.string() }) },
  },
  errors: { 409: z.object({ capacity: z.number() }) },
})

async function open(options?: RoomOptions) {
  const bed = await serve(lite)
  const room = new ContractRoom(chat, options)
  bed.server.on('connectionrequest', ({ request }, accept) => {
    room.createPeer(new URL(request.url ?? '', 'ws://x').searchParams.get('peerId') ?? 'ann', accept())
  })
  const seen: unknown[] = []
  room.handle({
    join: async (peer, { name, age }) => {
      if (name === 'many') throw new ContractError<typeof chat>(409, 'full', { capacity: 8 })
      if (name === 'broken') throw new Error('BOOM')
      peer.data.name = name
      seen.push(['join', name, age])
      return { members: [name] }
    },
    leave: (_peer, data) => void seen.push(['leave', data]),
    slow: (_peer, { name }) => void seen.push(['slow', name]),
    typing: (peer, { on }) => void seen.push(['typing', peer.id, on]),
    idle: () => {
      throw new Error('a handler of notifications that fails')
    },
  })
  const client = await connect(bed.port)
  let id = 0
  const send = (method: string, data?: unknown) =>
    client.send({ request: true, id: ++id, method, data: data ?? {} })
  const ask = async (method: string, data?: unknown) => {
    send(method, data)
    return await client.next()
  }
  const peer = room.getPeer('ann')
  if (!peer) throw new Error('ann is not there')
  return { ...bed, room, peer, client, ask, send, seen }
}

it('answers with what handlers return, and gives them what the schemas made of the data', async () => {
  const { ask, seen, peer } = await open()
  expect(await ask('join', { name: 'Ann', age: '42' })).toMatchObject({
    ok: true,
    data: { members: ['Ann'] },
  })
  expect(await ask('leave', { what: 'ever' })).toMatchObject({ ok: true, data: {} })
  expect(seen).toEqual([
    ['join', 'Ann', 42],
    ['leave', undefined],
  ])
  expect(peer.data.name).toBe('Ann')
})

it('refuses wrong data with 400, the path of what is wrong, and all issues', async () => {
  const { ask, seen } = await open()
  expect(await ask('join', { name: '', age: 7 })).toMatchObject({
    ok: false,
    errorCode: 400,
    errorReason: expect.stringMatching(/^data\.name: ./),
    errorData: { issues: [{ path: ['name'] }, { path: ['age'] }] },
  })
  expect(await ask('constructor')).toMatchObject({ errorCode: 501 })
  expect(seen).toEqual([])
})

it("sends the contract's errors with their data, and others as 500", async () => {
  const { ask } = await open()
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect(await ask('join', { name: 'many' })).toMatchObject({
    errorCode: 409,
    errorReason: 'full',
    errorData: { capacity: 8 },
  })
  expect(await ask('join', { name: 'broken' })).toMatchObject({ errorCode: 500, errorReason: 'Error: BOOM' })
  expect(reported).toHaveBeenCalledOnce()
  reported.mockRestore()
})

it('drops wrong notifications, and says so', async () => {
  const { client, ask, seen, peer } = await open()
  const errors: unknown[] = []
  const listened: unknown[] = []
  peer.on('protocolerror', (error) => errors.push(error))
  peer.on('notification', ({ method, data }) => listened.push([method, data]))
  client.send({ notification: true, method: 'typing', data: { on: 'yes' } })
  client.send({ notification: true, method: 'shout', data: {} })
  client.send({ notification: true, method: 'typing', data: { on: true } })
  await ask('leave')
  expect(seen).toEqual([
    ['typing', 'ann', true],
    ['leave', undefined],
  ])
  expect(listened).toEqual([['typing', { on: true }]])
  expect(errors).toMatchObject([
    { method: 'typing', issues: [{ path: ['on'] }] },
    { method: 'shout', issues: [{ message: 'no such notification' }] },
  ])
  expect(errors[0]).toBeInstanceOf(InvalidDataError)
})

it('survives handlers of notifications that throw', async () => {
  const { client, ask, peer } = await open()
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
  client.send({ notification: true, method: 'idle', data: {} })
  await ask('leave')
  expect(reported).toHaveBeenCalledOnce()
  expect(peer.closed).toBe(false)
  reported.mockRestore()
})

it('keeps the order of messages while a schema takes its time', async () => {
  const { send, client, seen } = await open()
  send('slow', { name: 'bob' })
  send('slow', { name: 'nobody' })
  client.send({ notification: true, method: 'typing', data: { on: true } })
  send('leave')
  await vi.waitFor(() => expect(lookups.size).toBe(2))
  lookups.get('nobody')?.()
  lookups.get('bob')?.()
  expect(await client.next()).toMatchObject({ id: 1, ok: true })
  expect(await client.next()).toMatchObject({
    id: 2,
    errorCode: 400,
    errorReason: 'data.name: is not known',
  })
  expect(await client.next()).toMatchObject({ id: 3, ok: true })
  expect(seen).toEqual([
    ['slow', 'bob'],
    ['typing', 'ann', true],
    ['leave', undefined],
  ])
  lookups.clear()
})

it.each<[string, RoomOptions | undefined]>([
  ['alone', undefined],
  ['on a backplane', { id: 'lobby', backplane: new MemoryBackplane() }],
])("checks the client's answers, %s", async (_, options) => {
  const { client, peer, room } = await open(options)
  const answer = async (data: object) => {
    const { id } = await client.next()
    client.send({ response: true, id, ...data })
  }
  const right = peer.request('confirm', { text: 'sure?' })
  await answer({ ok: true, data: { ok: true } })
  expect(await right).toEqual({ ok: true })
  const wrong = peer.request('confirm', { text: 'sure?' })
  const refused = expect(wrong).rejects.toMatchObject({
    name: 'InvalidDataError',
    issues: [{ path: ['ok'] }],
  })
  await answer({ ok: true, data: { ok: 1 } })
  await refused
  const across = expect(room.requestPeer('ann', 'confirm', { text: '?' })).rejects.toThrow(InvalidDataError)
  await answer({ ok: true, data: {} })
  await across
})

it('checks what handlers and listeners of one peer get, too', async () => {
  const { ask, peer, seen } = await open()
  const undo = peer.handle('join', ({ name, age }) => {
    seen.push([name, age])
    return { members: [] }
  })
  expect(await ask('join', { name: 1 })).toMatchObject({ errorCode: 400 })
  expect(await ask('join', { name: 'Ann', age: '7' })).toMatchObject({ ok: true, data: { members: [] } })
  undo()
  expect(await ask('join', { name: 'Ann' })).toMatchObject({ data: { members: ['Ann'] } })
  expect(seen).toEqual([
    ['Ann', 7],
    ['join', 'Ann', undefined],
  ])
})

it('leaves requests to listeners while the room has no handlers, and takes handlers once', async () => {
  const { server, port } = await serve(lite)
  const room = new ContractRoom(chat)
  server.on('connectionrequest', (_info, accept) => {
    const peer = room.createPeer('ann', accept())
    peer.on('request', ({ method, data }, accept, reject) => {
      if (method !== 'join') return reject(403, `not ${method}`)
      if (data.age === 1) throw new RequestError(418, 'too young')
      accept({ members: [String(data.age)] })
    })
  })
  const client = await connect(port)
  const ask = async (method: string, data: object) => {
    client.send({ request: true, id: 1, method, data })
    return await client.next()
  }
  expect(await ask('join', { name: 'Ann', age: '42' })).toMatchObject({ data: { members: ['42'] } })
  expect(await ask('join', { name: 'Ann', age: '1' })).toMatchObject({ errorCode: 418 })
  expect(await ask('join', {})).toMatchObject({ errorCode: 400 })
  expect(await ask('leave', {})).toMatchObject({ errorCode: 403, errorReason: 'not leave' })
  room.getPeer('ann')?.removeAllListeners('request')
  expect(await ask('leave', {})).toMatchObject({ errorCode: 501 })
  const all = { join: () => ({ members: [] }), leave() {}, slow() {}, typing() {}, idle() {} }
  room.handle(all)
  expect(await ask('leave', {})).toMatchObject({ ok: true })
  expect(() => room.handle(all)).toThrow('the room has handlers already')
  room.close()
})
