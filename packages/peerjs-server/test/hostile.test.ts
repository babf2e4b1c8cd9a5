import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from './bundle.js'
import {
  floodAbsent,
  floodSleeper,
  fuzzFrames,
  fuzzRequests,
  hugePayload,
  stillRelays,
} from './hostile/attacks.mjs'

const MEGABYTE = 0x100000
const seed = Number(process.env.HOSTILE_SEED ?? Date.now() % 2 ** 31)

let broker: ChildProcess
let port = 0
let complaints = ''
let remove = () => {}

beforeAll(async () => {
  const built = await bundle('index.ts')
  remove = built.remove
  broker = fork(join(import.meta.dirname, 'hostile/broker.mjs'), [built.file], {
    silent: true,
    // Where Express prints what it does not expect.
    env: { ...process.env, NODE_ENV: 'development' },
  })
  broker.stderr?.on('data', (text) => {
    complaints += text
  })
  const [message] = await once(broker, 'message')
  port = message.port
})

afterAll(async () => {
  broker.kill()
  await once(broker, 'exit')
  remove()
})

/** Bytes that the broker has had at most. */
async function peak(): Promise<number> {
  broker.send('peak')
  const [message] = await once(broker, 'message')
  return message.peak
}

// The long form of it is scripts/peerjs-hostile.mjs.
describe(`a broker that is attacked (HOSTILE_SEED=${seed})`, () => {
  it('survives frames that are none', { timeout: 60_000 }, async () => {
    await fuzzFrames(port, { seed, count: 2000 })
    expect(await stillRelays(port)).toBe(true)
  })

  it('survives requests that are none', { timeout: 60_000 }, async () => {
    await fuzzRequests(port, { seed, count: 400 })
    expect(await stillRelays(port)).toBe(true)
  })

  it('takes no message that is too large, and says so: 1009, if it may', { timeout: 60_000 }, async () => {
    const before = await peak()
    expect(await hugePayload(port, MEGABYTE + 1)).toBe(1009)
    // The client is still writing when the connection ends, and may not hear why.
    expect([1006, 1009]).toContain(await hugePayload(port, 100 * MEGABYTE))
    expect((await peak()) - before).toBeLessThan(50 * MEGABYTE)
  })

  it('keeps no more for ids that are not there than its bounds allow, and says so', {
    timeout: 60_000,
  }, async () => {
    const before = await peak()
    expect(await floodAbsent(port, { messages: 20_000, ids: 1 })).toBe(1)
    expect(await floodAbsent(port, { messages: 20_000, ids: 20_000 })).toBeGreaterThan(18_000)
    expect((await peak()) - before).toBeLessThan(50 * MEGABYTE)
    expect(await stillRelays(port)).toBe(true)
  })

  it('lets go of a client that reads nothing, and tells the sender', { timeout: 60_000 }, async () => {
    const before = await peak()
    expect(await floodSleeper(port, { bytes: 64 * MEGABYTE })).toBe(1)
    expect((await peak()) - before).toBeLessThan(50 * MEGABYTE)
  })

  it('complains about nothing', () => {
    expect(complaints).toBe('')
    expect(broker.exitCode).toBeNull()
  })
})
