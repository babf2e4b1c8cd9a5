import { bannerView, connectionStatus, defaultBannerMessages } from '@protoo-kit/client-core'
import { describe, expect, it } from 'vitest'
import { groups } from './states.js'
import { StillSource } from './still-source.js'

const states = groups.flatMap(({ phase, states }) => states.map((state) => ({ ...state, group: phase })))
const shown = states.map((state) => {
  const status = connectionStatus(new StillSource(state), { signIn: state.signIn && (() => {}) }).get()
  return { ...state, status, view: bannerView(status) }
})

describe('the gallery', () => {
  it('has each state once, among those of its phase', () => {
    expect(new Set(states.map(({ id }) => id)).size).toBe(states.length)
    expect(shown.map(({ group }) => group)).toEqual(shown.map(({ status }) => status.phase))
  })

  it('has every phase and every cause', () => {
    const phases = ['idle', 'connecting', 'connected', 'reconnecting', 'offline', 'closed']
    expect([...new Set(shown.map(({ status }) => status.phase))]).toEqual(phases)
    const causes = ['exhausted', 'kicked', 'local', 'network', 'refused', 'replaced']
    expect([...new Set(shown.flatMap(({ status }) => status.cause ?? []))].sort()).toEqual(causes)
  })

  it('shows every word that a banner has', () => {
    const said = new Set(shown.flatMap(({ view }) => [view.text, view.countdown, view.action?.label]))
    const words = Object.values(defaultBannerMessages).map((word) =>
      typeof word === 'string' ? word : word(12),
    )
    expect(words.filter((word) => !said.has(word))).toEqual([])
  })
})
