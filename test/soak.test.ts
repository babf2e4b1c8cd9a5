/** docs/soak.md for half a minute. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const script = join(import.meta.dirname, '../scripts/soak.mjs')

it('clients that come, go, drop and talk leave nothing behind', { timeout: 300_000 }, async () => {
  const args = [
    '--clients',
    '300',
    '--warm-up',
    '8',
    '--seconds',
    '12',
    '--actions',
    '1500',
    '--window',
    '10',
  ]
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  const [code] = await once(child, 'close')
  // Its seed is in there, to have the same again.
  expect(code, output).toBe(0)
  expect(output).toMatch(/^soak with seed \d+$/m)
  expect(output).toMatch(/^0 problems$/m)
  // It has done what it says.
  for (const name of ['lives', 'received', 'answered', 'drops', 'cuts', 'rooms'])
    expect(Number(new RegExp(`│ ${name} +│ (\\d+)`).exec(output)?.[1]), output).toBeGreaterThan(50)
})
