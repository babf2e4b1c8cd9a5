import { describe, expect, it } from 'vitest'
import { closing, drop, enter, resume, serveSessions } from './session-client.js'

const ok = (id: number, data = {}) => ({ response: true, id, ok: true, data })

describe('a request to a client whose connection drops', () => {
  it('resolves when the client answers on the next one', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const answered = peer.request('ask', { a: 1 })
    const { id } = await client.next()
    await drop(client, peer)
    const back = await resume(bed.port, client)
    back.send(ok(id, { b: 2 }))
    expect(await answered).toEqual({ b: 2 })
  })

  it('is sent again to a client that had not got it, under the same id', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const answered = peer.request('ask', { a: 1 })
    const first = await client.next()
    await drop(client, peer)
    const back = await resume(bed.port, client, { received: 0 })
    expect(await back.next()).toEqual(first)
    back.send(ok(first.id))
    expect(await answered).toEqual({})
  })

  it('made while it is away, goes out when it is back', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const answers = [peer.request('one'), peer.request('two')]
    const back = await resume(bed.port, client)
    const one = await back.next()
    const two = await back.next()
    back.send(ok(two.id, { n: 2 }))
    back.send(ok(one.id, { n: 1 }))
    expect(await Promise.all(answers)).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('rejects when the session ends with the peer closed', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const rejected = expect(peer.request('x')).rejects.toMatchObject({ code: 'PEER_CLOSED' })
    peer.close()
    await rejected
  })
})

describe('a request given up while the client is away', () => {
  it('is replaced by {} where nobody waits for it any more: timeout and abort', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const abort = new AbortController()
    peer.notify('before')
    const late = expect(peer.request('late', {}, { timeout: 20 })).rejects.toMatchObject({ code: 408 })
    const aborted = expect(peer.request('aborted', {}, { signal: abort.signal })).rejects.toThrow('enough')
    peer.notify('after')
    abort.abort(new Error('enough'))
    await late
    await aborted
    const back = await resume(bed.port, client)
    expect([await back.next(), await back.next(), await back.next(), await back.next()]).toMatchObject([
      { method: 'before' },
      {},
      {},
      { method: 'after' },
    ])
    expect(back.frames.slice(2, 4)).toEqual(['{}', '{}'])
    // It was counted: the session goes on from there.
    await drop(back, peer)
    peer.notify('later')
    const again = await resume(bed.port, back)
    expect(again.welcome?.resumed).toBe(true)
    expect(await again.methods(1)).toEqual(['later'])
  })

  it('is replaced too when it was sent before the drop, and has not arrived', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const abort = new AbortController()
    const aborted = expect(peer.request('x', {}, { signal: abort.signal })).rejects.toThrow()
    await client.next()
    await drop(client, peer)
    abort.abort()
    await aborted
    const back = await resume(bed.port, client, { received: 0 })
    peer.notify('next')
    expect(await back.next()).toEqual({})
    expect(await back.methods(1)).toEqual(['next'])
  })

  it('leaves those alone that the client has', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const abort = new AbortController()
    const aborted = expect(peer.request('x', {}, { signal: abort.signal })).rejects.toThrow()
    const { id } = await client.next()
    await drop(client, peer)
    abort.abort()
    await aborted
    const back = await resume(bed.port, client)
    // Its answer is nobody's, and harms nothing.
    back.send(ok(id))
    peer.notify('next')
    expect(await back.methods(1)).toEqual(['next'])
    expect((await back.sync()).ack).toBe(1)
  })

  it('frees what it took of the bounds', async () => {
    const bed = await serveSessions({ maxBufferBytes: 10_000 })
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    for (let round = 0; round < 20; round++) {
      const abort = new AbortController()
      const rejected = expect(
        peer.request('x', { text: 'x'.repeat(4000) }, { signal: abort.signal }),
      ).rejects.toThrow()
      abort.abort()
      await rejected
    }
    expect(peer.closed).toBe(false)
    const closed = closing(peer)
    await expect(peer.notify('x', { text: 'x'.repeat(6000) })).rejects.toMatchObject({ code: 'BUFFER_FULL' })
    expect(await closed).toMatchObject({ code: 4008 })
  })
})
