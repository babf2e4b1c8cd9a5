import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { PeerServerOptions } from '../src/index.js'
import { both, hearMessages, type Running, serve, TestClient, upgradeStatus } from './support.js'

type Script = (running: Running) => Promise<unknown>

/** The same exchange with the original and with ours: both say `expected`, byte by byte. */
function same(name: string, script: Script, expected: unknown, options: PeerServerOptions = {}): void {
  describe(name, () => {
    it.each(Object.entries(both))('%s', async (_, start) => {
      expect(await script(await serve(options, start))).toEqual(expected)
    })
  })
}

const error = (msg: string) => JSON.stringify({ type: 'ERROR', payload: { msg } })

/** What a client is told that does not get in, and the code that it is closed with. */
async function refusal({ port }: Running, options: Parameters<typeof TestClient.dial>[1]) {
  const client = TestClient.dial(port, options)
  const code = await client.closed
  return [...client.frames, code]
}

const MISSING = [error('No id, token, or key supplied to websocket server'), 1005]

describe('J1', () => {
  same(
    'what is missing comes first, then the key',
    async (running) => [
      await refusal(running, { query: 'id=a&token=a' }),
      await refusal(running, { query: 'id=a&key=other' }),
      await refusal(running, { query: 'token=a&key=peerjs' }),
      await refusal(running, { query: 'key=peerjs&id=&token=a' }),
      await refusal(running, { query: 'id=a&token=a&key=other' }),
      running.heard,
    ],
    [MISSING, MISSING, MISSING, MISSING, [error('Invalid key provided'), 1005], []],
  )

  same(
    'an id that is taken by another token, though the server is full',
    async (running) => {
      await TestClient.open(running.port, 'a')
      return [
        await refusal(running, { id: 'a', token: 'other' }),
        await refusal(running, { id: 'b' }),
        running.heard,
      ]
    },
    [
      ['{"type":"ID-TAKEN","payload":{"msg":"ID is taken"}}', 1005],
      [error('Server has reached its concurrent user limit'), 1005],
      ['connection a'],
    ],
    { concurrent_limit: 1 },
  )

  same(
    'the last of two parameters of one name counts',
    async ({ port, heard }) => {
      await TestClient.open(port, 'a', { query: 'key=no&id=x&id=b&token=c&key=peerjs' })
      return heard
    },
    ['connection b'],
  )

  same(
    'there is a WebSocket at one path alone',
    async ({ port }) => [
      await upgradeStatus(port, '/'),
      await upgradeStatus(port, '/peerjs/'),
      await upgradeStatus(port, '/peerjs/x?key=peerjs&id=a&token=a'),
      await upgradeStatus(port, '/peerjs?key=peerjs&id=a&token=a'),
    ],
    [400, 400, 400, 101],
  )

  same(
    'below the path option',
    async ({ port }) => {
      await TestClient.open(port, 'a', { path: '/my/app/peerjs' })
      return [await upgradeStatus(port, '/peerjs'), (await fetch(`http://127.0.0.1:${port}/my/app`)).status]
    },
    [400, 200],
    { path: '/my/app' },
  )
})

const relayed = ['OFFER', 'ANSWER', 'CANDIDATE', 'LEAVE', 'EXPIRE']
const others = ['OPEN', 'ID-TAKEN', 'ERROR', 'offer', '__proto__', 'HEARTBEAT']

describe('J4', () => {
  same(
    'type, src, dst and payload are relayed, in this order, and nothing else',
    async ({ port }) => {
      const [a, b] = [await TestClient.open(port, 'a'), await TestClient.open(port, 'b')]
      for (const type of relayed)
        a.send({ extra: 1, payload: { n: [1, null, 'é \u2028 😀 "'] }, dst: 'b', src: 'forged', type })
      return Promise.all(relayed.map(() => b.next()))
    },
    relayed.map(
      (type) => `{"type":"${type}","src":"a","dst":"b","payload":{"n":[1,null,"é \u2028 😀 \\""]}}`,
    ),
  )

  const texts = [
    '{"type":"OFFER","dst":"b"}',
    '{"type":"OFFER","dst":"b","payload":null}',
    '{"type":"OFFER","payload":"text","dst":"b"}',
    '{"type":"CANDIDATE","payload":{"a":{"b":[1.5,true]}},"dst":"b"}',
    '{"type":"OFFER","payload":1,"payload":2,"dst":"b"}',
    '{"type":"OFFER","type":"ANSWER","payload":1,"dst":"b"}',
    '{"type":"OFFER","payload":1,"dst":"nobody","dst":"b"}',
    '{"type":"OFFER","payload":{},"src":"x","dst":"b"}',
    ' { "type" : "OFFER" , "payload" : { "x" : 1 } , "dst" : "b" } ',
    '{"type":"OFFER","payload":{"__proto__":{"x":1},"constructor":2},"dst":"b"}',
  ]
  const rewritten = [
    '{"type":"OFFER","src":"a","dst":"b"}',
    '{"type":"OFFER","src":"a","dst":"b","payload":null}',
    '{"type":"OFFER","src":"a","dst":"b","payload":"text"}',
    '{"type":"CANDIDATE","src":"a","dst":"b","payload":{"a":{"b":[1.5,true]}}}',
    '{"type":"OFFER","src":"a","dst":"b","payload":2}',
    '{"type":"ANSWER","src":"a","dst":"b","payload":1}',
    '{"type":"OFFER","src":"a","dst":"b","payload":1}',
    '{"type":"OFFER","src":"a","dst":"b","payload":{}}',
    '{"type":"OFFER","src":"a","dst":"b","payload":{"x":1}}',
    '{"type":"OFFER","src":"a","dst":"b","payload":{"__proto__":{"x":1},"constructor":2}}',
    '{"type":"ANSWER","src":"a","dst":"b","payload":"binary"}',
  ]
  for (const listened of [false, true]) {
    same(
      `however it is written, ${listened ? 'somebody listening' : 'nobody listening'}`,
      async (running) => {
        const { port } = running
        if (listened) hearMessages(running)
        const [a, b] = [await TestClient.open(port, 'a'), await TestClient.open(port, 'b')]
        for (const text of texts) a.send(text)
        a.socket.send(Buffer.from('{"type":"ANSWER","payload":"binary","dst":"b"}'))
        return Promise.all(rewritten.map(() => b.next()))
      },
      rewritten,
    )
  }

  same(
    'other types are ignored, but for the event',
    async (running) => {
      const { port, heard } = running
      hearMessages(running)
      const [a, b] = [await TestClient.open(port, 'a'), await TestClient.open(port, 'b')]
      for (const type of others) a.send({ type, dst: 'b', more: 1 })
      a.send({ type: 'OFFER', dst: 'b' })
      return [await b.next(), heard]
    },
    [
      '{"type":"OFFER","src":"a","dst":"b"}',
      [
        'connection a',
        'connection b',
        ...others.map((type) => `message a {"dst":"b","more":1,"src":"a","type":"${type}"}`),
        'message a {"dst":"b","src":"a","type":"OFFER"}',
      ],
    ],
  )
})

describe('J3, J5', () => {
  same(
    'what waits for an id comes in order after OPEN; LEAVE and EXPIRE do not wait',
    async ({ port, heard }) => {
      const a = await TestClient.open(port, 'a')
      for (const type of relayed) a.send({ type, dst: 'b', payload: type })
      await a.settled()
      const b = await TestClient.open(port, 'b')
      a.send({ type: 'OFFER', dst: 'b', payload: 'last' })
      const frames = [await b.next(), await b.next(), await b.next(), await b.next()]
      return [frames, heard]
    },
    [
      [
        '{"type":"OFFER","src":"a","dst":"b","payload":"OFFER"}',
        '{"type":"ANSWER","src":"a","dst":"b","payload":"ANSWER"}',
        '{"type":"CANDIDATE","src":"a","dst":"b","payload":"CANDIDATE"}',
        '{"type":"OFFER","src":"a","dst":"b","payload":"last"}',
      ],
      ['connection a', 'connection b'],
    ],
  )

  same(
    'LEAVE without dst gives the id up; the connection stays, and is told of when it ends',
    async ({ app, port, heard }) => {
      const a = await TestClient.open(port, 'a')
      a.send({ type: 'LEAVE' })
      await a.settled()
      const second = await TestClient.open(port, 'a', { token: 'second' })
      a.send({ type: 'OFFER', dst: 'a', payload: 1 })
      const frame = await second.next()
      const ended = once(app, 'disconnect')
      a.socket.close()
      await ended
      return [frame, heard]
    },
    ['{"type":"OFFER","src":"a","dst":"a","payload":1}', ['connection a', 'connection a', 'disconnect a']],
  )
})

describe('J6', () => {
  same(
    'EXPIRE, once for each sender and receiver; what waited is gone',
    async ({ port }) => {
      const [a, b] = [await TestClient.open(port, 'a'), await TestClient.open(port, 'b')]
      for (const sender of [a, a, b, a]) sender.send({ type: 'OFFER', dst: 'c' })
      for (const dst of ['d', 'constructor']) a.send({ type: 'ANSWER', dst })
      const frames = [await a.next(), await b.next(), await a.next(), await a.next()]
      const c = await TestClient.open(port, 'c')
      a.send({ type: 'OFFER', dst: 'c', payload: 'new' })
      return [frames.sort(), await c.next()]
    },
    [
      [
        '{"type":"EXPIRE","src":"c","dst":"a"}',
        '{"type":"EXPIRE","src":"c","dst":"b"}',
        '{"type":"EXPIRE","src":"constructor","dst":"a"}',
        '{"type":"EXPIRE","src":"d","dst":"a"}',
      ],
      '{"type":"OFFER","src":"a","dst":"c","payload":"new"}',
    ],
    { expire_timeout: 100, cleanup_out_msgs: 20 },
  )
})

describe('J7', () => {
  same(
    'the sender to somebody without a socket is told LEAVE, once; then he is absent',
    async ({ app, port }) => {
      app.on('connection', (client) => client.getId() === 'b' && client.setSocket(null))
      const a = await TestClient.open(port, 'a')
      await TestClient.open(port, 'b')
      for (const payload of [1, 2]) a.send({ type: 'OFFER', dst: 'b', payload })
      return [await a.next(), await a.next()]
    },
    ['{"type":"LEAVE","src":"b","dst":"a"}', '{"type":"EXPIRE","src":"b","dst":"a"}'],
    { expire_timeout: 100, cleanup_out_msgs: 20 },
  )
})

describe('J8', () => {
  same(
    'who sends no HEARTBEAT is closed, and told of once; others are told nothing',
    async ({ port, heard }) => {
      const a = await TestClient.open(port, 'a')
      const b = await TestClient.open(port, 'b')
      const beat = setInterval(() => a.send({ type: 'HEARTBEAT' }), 50)
      const code = await b.closed
      a.send({ type: 'OFFER', dst: 'a', payload: 'here' })
      const frame = await a.next()
      clearInterval(beat)
      return [code, frame, heard]
    },
    [
      1005,
      '{"type":"OFFER","src":"a","dst":"a","payload":"here"}',
      ['connection a', 'connection b', 'disconnect b'],
    ],
    { alive_timeout: 700 },
  )

  same(
    'a client that goes is told of; its id is free at once',
    async ({ app, port, heard }) => {
      const a = await TestClient.open(port, 'a')
      const b = await TestClient.open(port, 'b')
      a.send({ type: 'OFFER', dst: 'b' })
      await b.next()
      const gone = once(app, 'disconnect')
      a.socket.close()
      await gone
      await TestClient.open(port, 'a', { token: 'another' })
      await b.settled()
      return [heard, b.frames.length]
    },
    // OPEN and OFFER: no LEAVE.
    [['connection a', 'connection b', 'disconnect a', 'connection a'], 2],
  )
})

describe('J12', () => {
  const malformed = ['', '{', 'null', '5', '"text"']
  same(
    'a malformed frame is an error event, and no more',
    async ({ port, heard }) => {
      const a = await TestClient.open(port, 'a')
      for (const text of malformed) a.send(text)
      a.send({ type: 'OFFER', dst: 'a' })
      return [await a.next(), heard.filter((event) => event.startsWith('error')).length]
    },
    ['{"type":"OFFER","src":"a","dst":"a"}', malformed.length],
  )

  same(
    'a message listener that throws keeps the message from being relayed',
    async ({ app, port, heard }) => {
      app.on('message', (_, { payload }) => {
        if (payload === 'no') throw new RangeError('not this one')
      })
      const a = await TestClient.open(port, 'a')
      for (const payload of ['no', 'yes']) a.send({ type: 'OFFER', dst: 'a', payload })
      return [await a.next(), heard.filter((event) => event.startsWith('error'))]
    },
    ['{"type":"OFFER","src":"a","dst":"a","payload":"yes"}', ['error RangeError']],
  )
})

async function answer(port: number, path: string, init: RequestInit = {}) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
  const { headers } = response
  return [
    response.status,
    headers.get('content-type'),
    headers.get('access-control-allow-origin'),
    (await response.text()).replace(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, 'UUID'),
  ]
}

const DESCRIPTION =
  '{"name":"PeerJS Server","description":"A server side element to broker connections between PeerJS clients.","website":"https://peerjs.com/"}'

describe('J9', () => {
  const from = { headers: { Origin: 'https://app.example.com' } }
  same(
    'the HTTP API',
    async ({ port }) => [
      await answer(port, '/', from),
      await answer(port, '/peerjs/id'),
      await answer(port, '/anything/id?ts=1&version=1.5.5', from),
      await answer(port, '/peerjs/peers', from),
      (await answer(port, '/peerjs/none', from)).slice(0, 1),
      await answer(port, '/peerjs/id', { ...from, method: 'OPTIONS' }),
    ],
    [
      [200, 'application/json; charset=utf-8', 'https://app.example.com', DESCRIPTION],
      [200, 'text/html; charset=utf-8', null, 'UUID'],
      [200, 'text/html; charset=utf-8', 'https://app.example.com', 'UUID'],
      [401, 'text/plain; charset=utf-8', 'https://app.example.com', 'Unauthorized'],
      [404],
      [204, null, 'https://app.example.com', ''],
    ],
  )

  let last = 0
  same(
    'discovery, ids of your own, and one origin alone',
    async ({ port }) => {
      await TestClient.open(port, 'b')
      await TestClient.open(port, 'id-1')
      last = 0
      return [await answer(port, '/x/peers', from), (await answer(port, '/x/id', from)).at(-1)]
    },
    [[200, 'application/json; charset=utf-8', 'https://other.example.com', '["b","id-1"]'], 'id-2'],
    {
      allow_discovery: true,
      generateClientId: () => `id-${++last}`,
      corsOptions: { origin: 'https://other.example.com' },
    },
  )
})
