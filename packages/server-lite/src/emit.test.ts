import { EventEmitter } from 'node:events'
import { expect, it, onTestFinished, vi } from 'vitest'
import { emitSafely } from './emit.js'

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

function spyOnReports() {
  const report = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => report.mockRestore())
  return report
}
