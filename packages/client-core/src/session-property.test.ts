import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SessionHarness } from '../test/session-harness.js'
import { SessionServer } from '../test/session-server.js'

type Step =
  | {
      do: 'notify' | 'request' | 'impatient' | 'hear' | 'asked' | 'ack' | 'echo' | 'drop' | 'dial' | 'accept'
    }
  | { do: 'read' | 'deliver'; count: number }
  | { do: 'fill'; bytes: number }
  | { do: 'pass' | 'sleep'; ms: number }

const count = fc.integer({ min: 1, max: 5 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom(
      ...([
        'notify',
        'request',
        'impatient',
        'hear',
        'asked',
        'ack',
        'echo',
        'drop',
        'dial',
        'accept',
      ] as const),
    ),
  }),
  fc.record({ do: fc.constantFrom('read' as const, 'deliver' as const), count }),
  fc.record({ do: fc.constant('fill' as const), bytes: fc.constantFrom(0, 2 ** 20) }),
  fc.record({
    do: fc.constantFrom('pass' as const, 'sleep' as const),
    ms: fc.constantFrom(50, 1000, 5000, 20_000),
  }),
)

it('whatever happens to the connections, all arrives once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const harness = new SessionHarness()
      const server = new SessionServer(harness)
      const peer = await harness.dialled({ retry: { minUptime: 0, retries: Infinity } })
      server.accept()
      // What each end said, and what it heard.
      const said: string[] = []
      const heard: string[] = []
      const outcomes: [id: number, outcome: unknown][] = []
      const results: Promise<unknown>[] = []
      let asked = 0
      peer.on('notification', ({ method }) => heard.push(method))
      peer.on('protocolerror', (error) => heard.push(error.message))
      peer.handle('asked', () => ({ asked: ++asked }))
      let last = 0
      let requests = 0
      const ask = (timeout: number) => {
        const id = ++requests
        said.push(`request ${id}`)
        results.push(
          peer.request(`request ${id}`, {}, { timeout }).then(
            (data) => outcomes.push([id, data.id]),
            (error) => outcomes.push([id, error.code]),
          ),
        )
      }
      const perform = async (step: Step): Promise<void> => {
        const { state } = peer.status
        switch (step.do) {
          case 'notify':
            said.push(`notify ${++last}`)
            peer.notify(`notify ${last}`)
            break
          case 'request':
            return ask(Infinity)
          case 'impatient':
            return ask(1000)
          case 'hear':
            return server.notify(`hear ${server.sent.length}`)
          case 'asked':
            return server.request(server.sent.length, 'asked')
          case 'ack':
            return server.ack()
          case 'echo':
            return server.ack(true)
          case 'drop':
            if (state !== 'waiting') harness.last().breaks()
            break
          case 'dial':
            peer.reconnect()
            return harness.pass(0)
          case 'accept':
            if (state === 'connecting') server.accept()
            break
          case 'read':
            if (state === 'open') server.read(step.count)
            break
          case 'deliver':
            if (state === 'open') server.deliver(step.count)
            break
          case 'fill':
            harness.last().bufferedAmount = step.bytes
            break
          case 'sleep':
            harness.clock.sleep(step.ms)
            break
          case 'pass':
            return harness.pass(step.ms)
        }
      }
      for (const step of steps) await perform(step)

      // In the end all is well for long enough.
      harness.last().breaks()
      peer.reconnect()
      await harness.pass(0)
      server.accept()
      for (let round = 0; round < 4; round++) {
        server.deliver(Infinity)
        server.read(Infinity)
        await harness.pass(1000)
      }
      await Promise.all(results)

      const received = server.received.map((text) => JSON.parse(text))
      const given = outcomes.filter(([, outcome]) => outcome === 408).map(([id]) => `request ${id}`)
      const arrived = received.flatMap(({ method }) => method ?? [])
      // Those given up may be missing, and nothing else.
      expect(arrived).toEqual(said.filter((name) => arrived.includes(name) || !given.includes(name)))
      expect(heard).toEqual(server.sent.flatMap((text) => JSON.parse(text).method?.match(/hear.*/) ?? []))
      for (const [id, outcome] of outcomes) expect([id, 408]).toContain(outcome)
      expect(outcomes).toHaveLength(requests)
      const answers = received.filter(({ response }) => response).map(({ data }) => data.asked)
      expect(answers).toEqual(Array.from({ length: asked }, (_, n) => n + 1))
      expect(peer.status).toMatchObject({ state: 'open' })
      peer.close()
      expect(harness.clock.pending).toBe(0)
    }),
    { numRuns: 300 },
  )
})
