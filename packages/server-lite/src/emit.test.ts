import { EventEmitter } from 'node:events'
import { RequestError } from '@protoo-kit/protocol'
import { expect, it, onTestFinished, vi } from 'vitest'
import { emitSafely, reporting } from './emit.js'

it('calls every listener, and reports those that throw or reject', async () => {
  const report = spyOnReports()
  const emitter = new EventEmitter()
  const last = vi.fn()
  emitter.on('close', () => {
    throw new Error('thrown')
  })
  emitter.on('close', async () => {
    throw new Error('rejected')
  })
  emitter.on('close', last)
  emitSafely(emitter, 'close', [1, 'x'])
  await Promise.resolve()
  expect(last).toHaveBeenCalledExactlyOnceWith(1, 'x')
  expect(report.mock.calls.map(([, event, error]) => [event, error.message])).toEqual([
    ['close', 'thrown'],
    ['close', 'rejected'],
  ])
})

it('reports what a handler throws or rejects with, and hands it on; a RequestError is an answer', async () => {
  const report = spyOnReports()
  const failing = (error: Error) => [
    reporting('join', () => {
      throw error
    }),
    reporting('join', async () => {
      throw error
    }),
  ]
  for (const error of [new Error('BUG'), new RequestError(404, 'no such room')]) {
    const [sync, async] = failing(error)
    expect(sync).toThrow(error)
    await expect(async?.()).rejects.toBe(error)
  }
  expect(report.mock.calls.map(([, event, error]) => [event, error.message])).toEqual([
    ['join', 'BUG'],
    ['join', 'BUG'],
  ])
})

it('calls a handler with its this and arguments, and returns what it returns', () => {
  const peer = {}
  const handler = reporting('x', function (this: unknown, ...args: unknown[]) {
    return [this === peer, ...args]
  })
  expect(Reflect.apply(handler, peer, [1, 2])).toEqual([true, 1, 2])
})

function spyOnReports() {
  const report = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => report.mockRestore())
  return report
}
