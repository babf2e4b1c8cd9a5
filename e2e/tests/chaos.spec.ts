import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from '../support/test.js'

/** What scripts/chaos.mjs reports. */
interface Result {
  cuts: number
  tally: { stage: string; share: number }[]
  toServer: Way
  toClient: Way
  /** Anything at all that should not be. */
  problems: string[]
}

/** One direction of all conversations. */
interface Way {
  messages: number
  lost: number
  doubled: number
  outOfOrder: number
  wrong: number
  unsettled: number
}

const script = join(import.meta.dirname, '../../scripts/chaos.mjs')

test('through hundreds of random cuts every message arrives once and in order, and every request is answered', async ({
  page,
}) => {
  test.setTimeout(180_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  // In a process of its own, whose seed it prints; CHAOS_SEED is handed on.
  const args = ['--cuts', '320', '--clients', '7', '--pages', '1']
  const child = fork(script, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  child.stdout?.on('data', (output) => process.stdout.write(output))
  try {
    const resulted = new Promise<Result>((resolve) => {
      child.on('message', (message: { open: string } | { result: Result }) => {
        if ('result' in message) resolve(message.result)
        else page.goto(message.open).catch((error) => problems.push(String(error)))
      })
    })
    const failed = exited.then(([code]) => Promise.reject(new Error(`exit code ${code}`)))
    const { cuts, tally, toServer, toClient, problems: found } = await Promise.race([resulted, failed])

    expect(found).toEqual([])
    expect(cuts).toBeGreaterThanOrEqual(300)
    for (const stage of ['before the 101', 'before the first frame', 'during a replay', 'delayed upgrade'])
      expect(tally.find((line) => line.stage === stage)?.share, stage).toBeGreaterThanOrEqual(0.05)
    for (const way of [toServer, toClient]) {
      expect(way).toMatchObject({ lost: 0, doubled: 0, outOfOrder: 0, wrong: 0, unsettled: 0 })
      expect(way.messages).toBeGreaterThan(cuts)
    }
    expect(problems).toEqual([])
  } finally {
    child.kill()
    await exited
  }
})
