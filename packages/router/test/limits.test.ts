import { once } from 'node:events'
import { expect, it } from 'vitest'
import type { Request } from '../src/index.js'
import { dial, refused, serve } from './support.js'

/** So slow a rate that only the burst counts, however slow the machine. */
const RATE = { messagesPerSecond: 0.001, messageBurst: 5 }

it('above the rate requests are answered 429, and who goes on is closed with 4008', async () => {
  const { app, client, peer } = await serve({}, { limits: RATE })
  let routed = 0
  app.get('/x', (req) => {
    routed++
    req.reply(200)
  })
  const ann = await client('ann')
  const offline = once(peer('ann'), 'offline')
  for (let index = 0; index < 5; index++) expect((await ann.ask('get', '/x')).status).toBe(200)
  expect(await ann.ask('get', '/x')).toMatchObject({ status: 429, reason: 'too many messages' })
  for (let index = 0; index < 10; index++) ann.request('get', '/x')
  expect((await ann.closed).code).toBe(4008)
  await offline
  expect(routed).toBe(5)
})

it('answers that were asked for do not count', async () => {
  const { app, client, peer } = await serve({}, { limits: RATE })
  app.get('/x', (req) => req.reply(200))
  app.message('/:username', (req) => {
    peer(req.params.username ?? '').send(req)
    req.on('incomingResponse', ({ status }) => req.reply(status))
  })
  const silent = await client('silent')
  for (let round = 0; round < 10; round++) {
    const ann = await client(`ann${round}`)
    const ids = Array.from({ length: 4 }, () => ann.request('message', '/silent'))
    for (const _ of ids) silent.reply(await silent.next(), 200)
    for (const _ of ids) expect((await ann.next()).status).toBe(200)
  }
  expect((await silent.ask('get', '/x')).status).toBe(200)
})

it('one request more than may wait for its answer is 429, until one of them is answered', async () => {
  const { app, client } = await serve({}, { limits: { requestsInFlight: 2 } })
  const held: Request[] = []
  app.get('/wait', (req) => held.push(req))
  app.get('/x', (req) => req.reply(200))
  const ann = await client('ann')
  ann.request('get', '/wait')
  ann.request('get', '/wait')
  expect(await ann.ask('get', '/x')).toMatchObject({ status: 429 })
  for (const req of held) {
    req.reply(100)
    req.reply(200)
  }
  expect((await ann.rest()).map(({ status }) => status)).toEqual([100, 200, 100, 200])
  for (let index = 0; index < 5; index++) expect((await ann.ask('get', '/x')).status).toBe(200)
})

it('a method that is too long and data nested too deeply are 400', async () => {
  const { client } = await serve({}, { limits: { methodLength: 10, depth: 20 } })
  const ann = await client('ann')
  expect(await ann.ask('x'.repeat(11), '/')).toMatchObject({ status: 400, reason: 'the method is too long' })
  ann.send(`{"method":"get","path":"/","id":7,"data":{"a":${'['.repeat(200)}${']'.repeat(200)}}}`)
  expect(await ann.next()).toMatchObject({ id: 7, status: 400, reason: 'the message is nested too deeply' })
  expect(await ann.ask('x'.repeat(10), '/')).toMatchObject({ status: 404 })
})

it('pages of other hosts are refused, behind a proxy by the host that the proxy was asked for', async () => {
  const plain = await serve()
  const forwarded = { 'X-Forwarded-Host': 'app.example', 'X-Forwarded-Proto': 'https' }
  const from = (port: number, origin: string, headers: object = {}) =>
    dial(port, '/?username=ann&uuid=x', { origin, headers })
  expect((await refused(from(plain.port, 'https://evil.example'))).status).toBe(403)
  // Nobody is believed without trustProxy.
  expect((await refused(from(plain.port, 'https://app.example', forwarded))).status).toBe(403)
  const proxied = await serve({}, { trustProxy: 1 })
  expect((await refused(from(proxied.port, 'https://evil.example', forwarded))).status).toBe(403)
  expect((await refused(from(proxied.port, `http://127.0.0.1:${proxied.port}`, forwarded))).status).toBe(403)
  const page = from(proxied.port, 'https://app.example', forwarded)
  await once(page, 'open')
  page.terminate()
})

it('connections over the limit are refused', async () => {
  const { port, client } = await serve({}, { limits: { connections: 1 } })
  await client('ann')
  expect((await refused(dial(port, '/?username=ben&uuid=x'))).status).toBe(503)
})
