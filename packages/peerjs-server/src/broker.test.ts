import { describe, expect, it } from 'vitest'
import { TestBroker } from '../test/fakes.js'

describe('a client that comes back (J2)', () => {
  it('is told OPEN again, and has what waited; its old connection is closed and says nothing more', () => {
    const { broker, heard, ...test } = fresh()
    const [before, other] = [test.connect('a'), test.connect('b')]
    expect(before.received).toEqual(['OPEN'])
    expect(test.admit('a')).toBeUndefined()
    const after = test.connect('a')
    expect(before.socket.ended).toBe('close 4001')
    before.say('OFFER', 'b', 'old')
    before.drop()
    after.say('OFFER', 'b', 'new')
    other.say('ANSWER', 'a')
    expect(other.received).toEqual(['OPEN', 'OFFER a new'])
    expect(after.received).toEqual(['OPEN', 'ANSWER b'])
    expect(before.received).toEqual([])
    expect(heard).toEqual(['connection a', 'connection b', 'connection a'])
    expect(broker.ids).toEqual(['a', 'b'])
  })

  it('is alive from then on', () => {
    const { clock, ...test } = fresh({ alive_timeout: 1000 })
    const before = test.connect('a')
    clock.advance(900)
    const after = test.connect('a')
    clock.advance(900)
    expect(after.socket.ended).toBeUndefined()
    expect(before.client).toBe(after.client)
    clock.advance(600)
    expect(after.socket.ended).toBe('close undefined')
  })
})

describe('the reconnect window', () => {
  it('keeps the id for its token, what is sent to it, and the silence about its leaving', () => {
    const { broker, clock, heard, ...test } = fresh({ reconnectWindow: 5000, leaveOnDisconnect: true })
    const [a, b] = [test.connect('a'), test.connect('b')]
    a.say('OFFER', 'b')
    a.drop()
    clock.advance(4000)
    expect(test.admit('a', 'other')).toBe('ID-TAKEN ID is taken')
    expect(broker.ids).toEqual(['a', 'b'])
    b.say('ANSWER', 'a')
    expect(test.admit('a')).toBeUndefined()
    const back = test.connect('a')
    expect(back.received).toEqual(['OPEN', 'ANSWER b'])
    expect(b.received).toEqual(['OPEN', 'OFFER a'])
    expect(heard).not.toContain('disconnect a')
  })

  it('ends: the client is gone once, others are told LEAVE, and the id is free', () => {
    const { broker, clock, heard, ...test } = fresh({ reconnectWindow: 5000, leaveOnDisconnect: true })
    const [a, b, c] = [test.connect('a'), test.connect('b'), test.connect('c')]
    a.say('OFFER', 'b')
    a.drop()
    clock.advance(5300)
    expect(heard.filter((event) => event === 'disconnect a')).toHaveLength(1)
    expect(b.received).toEqual(['OPEN', 'OFFER a', 'LEAVE a'])
    expect(c.received).toEqual(['OPEN'])
    expect(broker.has('a')).toBe(false)
    expect(test.admit('a', 'other')).toBeUndefined()
  })

  it('is not there by default: the id is free at once', () => {
    const { broker, heard, ...test } = fresh()
    test.connect('a').drop()
    expect(broker.has('a')).toBe(false)
    expect(heard).toEqual(['connection a', 'disconnect a'])
  })

  it('leaves what waits for a client that does not come back to expire', () => {
    const { clock, ...test } = fresh({ reconnectWindow: 1000, expire_timeout: 5000 })
    const [a, b] = [test.connect('a'), test.connect('b')]
    a.drop()
    b.say('OFFER', 'a')
    clock.advance(6000)
    expect(b.received).toEqual(['OPEN', 'EXPIRE a'])
  })
})

describe('leaveOnDisconnect', () => {
  it('tells those that have exchanged messages with the client, either way, and nobody else', () => {
    const test = fresh({ leaveOnDisconnect: true })
    const [a, b, c, d] = [test.connect('a'), test.connect('b'), test.connect('c'), test.connect('d')]
    a.say('OFFER', 'b')
    c.say('OFFER', 'a')
    a.drop()
    expect([b, c, d].map((peer) => peer.received.at(-1))).toEqual(['LEAVE a', 'LEAVE a', 'OPEN'])
  })

  it('bounds whom a client remembers, and forgets the dead', () => {
    const test = fresh({ leaveOnDisconnect: true })
    const a = test.connect('a')
    const others = Array.from({ length: 400 }, (_, index) => test.connect(`b${index}`))
    for (let index = 0; index < 400; index++) a.say('OFFER', `b${index}`)
    others.at(-1)?.drop()
    others.at(-1)?.say('OFFER', 'a')
    a.drop()
    const told = others.filter((other) => other.received.includes('LEAVE a'))
    // The last 256, but the one that is gone.
    expect(told).toEqual(others.slice(-256, -1))
  })

  it('is off by default', () => {
    const test = fresh()
    const [a, b] = [test.connect('a'), test.connect('b')]
    a.say('OFFER', 'b')
    a.drop()
    expect(b.received).toEqual(['OPEN', 'OFFER a'])
  })
})

describe('what waits', () => {
  const bounds = { maxQueuedMessages: 3, maxQueuedIds: 2, maxQueuedPerSender: 5 }

  it('is bounded for each id: whoever sends more is told EXPIRE at once, one time', () => {
    const { clock, ...test } = fresh(bounds)
    const a = test.connect('a')
    for (let n = 1; n <= 10; n++) a.say('OFFER', 'b', n)
    expect(a.received).toEqual(['OPEN', 'EXPIRE b'])
    expect(test.connect('b').received).toEqual(['OPEN', 'OFFER a 1', 'OFFER a 2', 'OFFER a 3'])
    clock.advance(10_000)
    expect(a.received).toEqual([])
  })

  it('is bounded in ids and by sender', () => {
    const test = fresh(bounds)
    const [a, z] = [test.connect('a'), test.connect('z')]
    for (const dst of ['b', 'b', 'b', 'c', 'c', 'c', 'd']) a.say('OFFER', dst)
    expect(a.received).toEqual(['OPEN', 'EXPIRE c', 'EXPIRE d'])
    z.say('OFFER', 'c')
    expect(z.received).toEqual(['OPEN'])
    test.connect('b')
    a.say('OFFER', 'e')
    expect(a.received).toEqual([])
  })

  it('is bounded in bytes, of one id and of all', () => {
    const test = fresh({ maxQueuedBytes: 2000, maxTotalQueuedBytes: 3000 })
    const a = test.connect('a')
    const text = 'x'.repeat(800)
    for (const dst of ['b', 'b', 'b', 'c', 'c']) a.say('OFFER', dst, text)
    expect(a.received).toEqual(['OPEN', 'EXPIRE b', 'EXPIRE c'])
    expect(test.connect('b').received).toHaveLength(3)
    a.say('OFFER', 'd', text)
    expect(a.received).toEqual([])
  })

  it('is for whoever comes next while a connection is closing', () => {
    const test = fresh()
    const [a, b] = [test.connect('a'), test.connect('b')]
    b.socket.readyState = 2
    a.say('OFFER', 'b')
    b.drop()
    expect(test.connect('b', 'another').received).toEqual(['OPEN', 'OFFER a'])
  })
})

describe('tokens', () => {
  it('may be tried so many times from one address, then no more for a while, be they right or wrong', () => {
    const { clock, ...test } = fresh({ maxIdGuesses: 3, idGuessWindow: 60_000 })
    test.connect('a')
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(test.admit('a', `guess ${attempt}`)).toBe('ID-TAKEN ID is taken')
      clock.advance(1000)
    }
    const refusal = 'ERROR Too many attempts to use an ID that is taken: try again in 57 s'
    expect(test.admit('a', 'guess')).toBe(refusal)
    expect(test.admit('a')).toBe(refusal)
    expect(test.admit('free')).toBeUndefined()
    expect(test.admit('a', 'a', '192.0.2.2')).toBeUndefined()
    clock.advance(57_000)
    expect(test.admit('a')).toBeUndefined()
  })
})

describe('a client', () => {
  it('that gave its id up counts, and is dropped when silent', () => {
    const { clock, heard, ...test } = fresh({ concurrent_limit: 1, alive_timeout: 1000 })
    const a = test.connect('a')
    a.say('LEAVE')
    expect(test.admit('b')).toBe('ERROR Server has reached its concurrent user limit')
    clock.advance(1500)
    expect(a.socket.ended).toBe('close undefined')
    expect(test.admit('b')).toBeUndefined()
    expect(heard).toEqual(['connection a', 'disconnect a'])
  })

  it('that left does not take the id from who has it then', () => {
    const { broker, ...test } = fresh()
    const first = test.connect('a')
    first.say('LEAVE')
    test.connect('a', 'second')
    first.drop()
    expect(broker.has('a')).toBe(true)
  })

  it('whose payload is nested too deeply harms itself alone', () => {
    const { heard, ...test } = fresh()
    const [a, b] = [test.connect('a'), test.connect('b')]
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    a.write(`{"dst":"b","type":"OFFER","payload":${deep}}`)
    a.say('OFFER', 'b')
    expect(b.received).toEqual(['OPEN', 'OFFER a'])
    expect(b.socket.ended).toBeUndefined()
    expect(heard.at(-1)).toMatch(/RangeError/)
  })

  it('that reads too slowly is ended, and the sender told LEAVE (J7)', () => {
    const { heard, ...test } = fresh({ maxBufferedBytes: 1000 })
    const [a, b] = [test.connect('a'), test.connect('b')]
    b.socket.bufferedAmount = 1001
    a.say('OFFER', 'b')
    expect(b.socket.ended).toBe('terminate')
    expect(a.received).toEqual(['OPEN', 'LEAVE b'])
    expect(heard.slice(2)).toEqual([
      'OverflowError: disconnected a client that reads too slowly: more bytes than maxBufferedBytes (1000) wait for one client',
      'disconnect b',
    ])
  })

  it('has an id like any other, though objects have it too', () => {
    const test = fresh()
    for (const id of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      expect(test.admit(id)).toBeUndefined()
      const peer = test.connect(id)
      peer.say('OFFER', id)
      peer.say('OFFER', 'valueOf')
      expect(peer.received).toEqual(['OPEN', `OFFER ${id}`])
    }
    expect(test.connect('valueOf').received).toHaveLength(5)
  })
})

it('time costs nothing when nobody is there', () => {
  const { clock, ...test } = fresh()
  expect(clock.pending).toBe(0)
  const a = test.connect('a')
  a.say('OFFER', 'b')
  expect(clock.pending).toBe(2)
  a.drop()
  clock.advance(6000)
  expect(clock.pending).toBe(0)
})

function fresh(settings: ConstructorParameters<typeof TestBroker>[0] = {}) {
  const test = new TestBroker(settings)
  return {
    broker: test.broker,
    clock: test.clock,
    heard: test.heard,
    connect: (id: string, token?: string) => test.connect(id, token),
    admit: (id: string, token?: string, address?: string) => test.admit(id, token, address),
  }
}
