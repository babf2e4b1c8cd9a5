// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pageWakeSource } from './wake.js'

describe('pageWakeSource', () => {
  const heard: string[] = []
  let stop: () => void

  beforeEach(() => {
    heard.length = 0
    stop = pageWakeSource.subscribe((event) => heard.push(event))
  })

  afterEach(() => {
    stop()
    vi.restoreAllMocks()
  })

  it('tells online and offline', () => {
    window.dispatchEvent(new Event('offline'))
    window.dispatchEvent(new Event('online'))
    expect(heard).toEqual(['offline', 'online'])
  })

  it.each([
    ['visibilitychange', () => document],
    ['resume', () => document],
  ])('wakes on %s', (type, target) => {
    target().dispatchEvent(new Event(type))
    expect(heard).toEqual(['wake'])
  })

  it('wakes once more a moment later, when it is known what has become of the connection', () => {
    vi.useFakeTimers()
    document.dispatchEvent(new Event('resume'))
    document.dispatchEvent(new Event('visibilitychange'))
    vi.advanceTimersByTime(300)
    expect(heard).toEqual(['wake', 'wake', 'wake'])
    document.dispatchEvent(new Event('resume'))
    stop()
    vi.advanceTimersByTime(300)
    expect(heard).toHaveLength(4)
    vi.useRealTimers()
  })

  it('does not wake when the page is hidden', () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(heard).toEqual([])
  })

  it('wakes a hidden page whose timers go on', () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    document.dispatchEvent(new Event('resume'))
    expect(heard).toEqual(['wake'])
  })

  it('tells that the page is left, unless it may come back as it was', () => {
    window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }))
    expect(heard).toEqual([])
    window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }))
    expect(heard).toEqual(['leave'])
  })

  it('wakes when a page comes back as it was', () => {
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
    expect(heard).toEqual([])
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    expect(heard).toEqual(['wake'])
  })

  it('is silent after its undo', () => {
    stop()
    window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }))
    window.dispatchEvent(new Event('online'))
    document.dispatchEvent(new Event('visibilitychange'))
    expect(heard).toEqual([])
  })

  it('wakes a hidden page whose timers go on', () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    document.dispatchEvent(new Event('resume'))
    expect(heard).toEqual(['wake'])
  })

  it('says what navigator says of being offline', () => {
    expect(pageWakeSource.offline).toBe(false)
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    expect(pageWakeSource.offline).toBe(true)
  })
})
