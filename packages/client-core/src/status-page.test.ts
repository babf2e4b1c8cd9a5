// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { dropped } from '../test/status-harness.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a page that is left', () => {
  const leave = () => window.dispatchEvent(new Event('pagehide'))
  const comeBack = () => window.dispatchEvent(new Event('pageshow'))

  it('shows nothing, whatever breaks', () => {
    const { peer, store, stop } = dropped()
    peer.pass(2000)
    leave()
    expect(store.get().visible).toBe(false)
    peer.happens('dial')
    peer.happens('lost', { final: 'kicked' })
    peer.pass(5000)
    expect(store.get()).toMatchObject({ phase: 'closed', visible: false })
    comeBack()
    expect(store.get().visible).toBe(true)
    stop()
  })

  it('counts from its return', () => {
    const { peer, store, stop } = dropped()
    leave()
    peer.pass(60_000)
    expect(store.get().visible).toBe(false)
    comeBack()
    expect(store.get().visible).toBe(false)
    peer.pass(1499)
    expect(store.get().visible).toBe(false)
    peer.pass(1)
    expect(store.get().visible).toBe(true)
    stop()
  })

  it('counts from its return even what it had shown before', () => {
    const { peer, store, stop } = dropped()
    peer.pass(2000)
    leave()
    comeBack()
    expect(store.get().visible).toBe(false)
    peer.pass(1500)
    expect(store.get().visible).toBe(true)
    stop()
  })

  it('does not count anew at the event that ends every page load', () => {
    const { peer, store, stop } = dropped()
    peer.pass(1000)
    comeBack()
    peer.pass(500)
    expect(store.get().visible).toBe(true)
    stop()
  })

  it('is forgotten when nobody hears of its return', () => {
    const { peer, store, stop } = dropped()
    leave()
    stop()
    comeBack()
    const again = store.subscribe(() => {})
    peer.pass(1500)
    expect(store.get().visible).toBe(true)
    again()
  })

  it('is listened to only while somebody subscribes', () => {
    const add = vi.spyOn(window, 'addEventListener')
    const remove = vi.spyOn(window, 'removeEventListener')
    const { stop } = dropped()
    stop()
    expect(add.mock.calls.map(([type]) => type)).toEqual(['pagehide', 'pageshow'])
    expect(remove.mock.calls).toEqual(add.mock.calls)
  })
})
