import { EventEmitter } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Emitter } from './emitter.js'

class Subject extends Emitter<{ a: [number, string]; b: []; constructor: [number] }> {}

afterEach(() => vi.restoreAllMocks())

describe('Emitter', () => {
  it('hands on all arguments, with the emitter as this, in the order of listening', () => {
    const subject = new Subject()
    const calls: unknown[] = []
    subject
      .on('a', function (this: unknown, ...args) {
        calls.push(this === subject, ...args)
      })
      .on('a', (...args) => calls.push(...args))
    subject.emit('a', 1, 'x')
    expect(calls).toEqual([true, 1, 'x', 1, 'x'])
  })

  it('calls a once listener once, and off finds it by the function given', () => {
    const subject = new Subject()
    const listener = vi.fn()
    subject.once('b', listener)
    subject.emit('b')
    subject.emit('b')
    expect(listener).toHaveBeenCalledTimes(1)
    subject.once('b', listener).off('b', listener).emit('b')
    expect(listener).toHaveBeenCalledTimes(1)
  })

  // The same script, run on Node's own: ours must do the same.
  it.each([
    ['Emitter', () => new Subject()],
    ['EventEmitter', () => new EventEmitter()],
  ])('%s: takes off the listener added last, once for each off', (_, create) => {
    const subject = create() as EventEmitter
    const calls: string[] = []
    const twice = () => calls.push('twice')
    subject.on('b', twice)
    subject.on('b', () => calls.push('other'))
    subject.on('b', twice)
    subject.off('b', twice)
    subject.emit('b')
    subject.off('b', twice)
    subject.off('b', twice)
    subject.emit('b')
    expect(calls).toEqual(['twice', 'other', 'other'])
  })

  it('calls those who listened when the event began, whatever listeners do meanwhile', () => {
    const subject = new Subject()
    const calls: string[] = []
    const late = () => calls.push('late')
    const second = () => calls.push('second')
    subject.on('b', () => {
      calls.push('first')
      subject.on('b', late).off('b', second)
    })
    subject.on('b', second)
    subject.emit('b')
    expect(calls).toEqual(['first', 'second'])
  })

  it('reports a listener that throws or rejects, and calls the others (C19)', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {})
    const subject = new Subject()
    const other = vi.fn()
    subject.on('b', () => {
      throw new Error('thrown')
    })
    subject.on('b', async () => {
      throw new Error('rejected')
    })
    subject.on('b', other)
    subject.emit('b')
    expect(other).toHaveBeenCalledOnce()
    await Promise.resolve()
    expect(report.mock.calls.map(([, event, error]) => [event, error.message])).toEqual([
      ['b', 'thrown'],
      ['b', 'rejected'],
    ])
  })

  it('returns the undo of listen', () => {
    const subject = new Subject()
    const listener = vi.fn()
    const stop = subject.listen('b', listener)
    stop()
    stop()
    subject.emit('b')
    expect(listener).not.toHaveBeenCalled()
  })

  it('takes names that objects have already', () => {
    const subject = new Subject()
    const listener = vi.fn()
    subject.emit('constructor', 1)
    subject.on('constructor', listener).emit('constructor', 2)
    expect(listener).toHaveBeenCalledExactlyOnceWith(2)
  })

  it('throws a TypeError for a listener that is no function', () => {
    // @ts-expect-error: not a function
    expect(() => new Subject().on('b', 'x')).toThrow(TypeError)
  })
})
