import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, 'session-memory')
const MIB = 2 ** 20

/** What a program of that folder prints, which is JSON. */
function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, join(folder, program)], {
    encoding: 'utf8',
    timeout: 180_000,
  })
  expect(status, stderr + stdout).toBe(0)
  return JSON.parse(stdout)
}

describe('10,000 sessions whose clients are away', () => {
  it('stay within their bounds, and leave nothing behind', { timeout: 190_000 }, () => {
    const { maxTotal, before, away, filled, full, after, ...sessions } = run('fill.mjs', '--expose-gc')
    // All of them wait, and have what they were sent, until that is too much for all together.
    expect(sessions.waiting).toBe(10_000)
    expect(sessions.kept).toBe(10_000)
    expect(sessions.left).toBeLessThan(10_000)
    expect(sessions.left).toBeGreaterThan(0)
    // With their peers, and without what is kept for them: some kilobytes each.
    expect(away - before).toBeLessThan(10_000 * 6 * 1024)
    // A text takes at most what it is accounted with, and some bytes to be known by.
    expect(filled - before).toBeGreaterThan(10 * MIB)
    expect(filled - away).toBeLessThan(maxTotal)
    expect(full - away).toBeLessThan(maxTotal)
    expect(Math.abs(after - before) / before).toBeLessThan(0.05)
  })
})

describe('a process with nothing left but sessions that wait', () => {
  it('ends', { timeout: 190_000 }, () => {
    expect(run('exit.mjs')).toEqual([{ id: '/ann', connected: false, closed: false }])
  })
})
