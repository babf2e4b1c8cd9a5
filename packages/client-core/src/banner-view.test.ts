import { describe, expect, it, vi } from 'vitest'
import { bannerView, defaultBannerMessages } from './banner-view.js'
import type { ConnectionStatus } from './status.js'

const idle: ConnectionStatus = {
  phase: 'idle',
  visible: false,
  restored: false,
  attempt: undefined,
  retryAt: undefined,
  secondsLeft: undefined,
  cause: undefined,
  retryNow: vi.fn(),
  signIn: undefined,
}
const down: ConnectionStatus = { ...idle, phase: 'reconnecting', visible: true, attempt: 2, cause: 'network' }
const ended: ConnectionStatus = { ...idle, phase: 'closed', visible: true }
const retry = { kind: 'retry', label: 'Retry now', disabled: false, run: idle.retryNow }
const dialling = { ...retry, disabled: true }
const reload = { kind: 'reload', label: 'Reload', disabled: false }
const nothing = { text: '', countdown: '', action: undefined }
const signIn = vi.fn()

const table: [string, ConnectionStatus, object][] = [
  ['idle', idle, nothing],
  ['connected', { ...idle, phase: 'connected' }, nothing],
  ['down, not visible yet', { ...down, visible: false, secondsLeft: 7 }, nothing],
  ['closed here', { ...ended, visible: false, cause: 'local' }, nothing],
  [
    'restored',
    { ...idle, phase: 'connected', restored: true },
    { ...nothing, text: 'Connected again', tone: 'good' },
  ],
  [
    'the first attempt',
    { ...down, phase: 'connecting', attempt: 1 },
    { text: 'Connecting…', tone: 'waiting', action: dialling },
  ],
  [
    'a later attempt, never open',
    { ...down, phase: 'connecting' },
    { text: 'The server does not answer. Trying again…', action: dialling },
  ],
  [
    'an attempt',
    down,
    { text: 'Connection lost. Trying again…', tone: 'waiting', countdown: '', action: dialling },
  ],
  ['a short wait', { ...down, retryAt: 1 }, { text: 'Connection lost. Trying again…', action: retry }],
  [
    'a long wait',
    { ...down, retryAt: 1, secondsLeft: 7 },
    { text: 'Connection lost. Trying again…', countdown: 'Next attempt in 7 s', action: retry },
  ],
  ['the end of a wait', { ...down, retryAt: 1, secondsLeft: 0 }, { countdown: '' }],
  ['offline', { ...down, phase: 'offline' }, { text: 'You are offline', tone: 'bad', action: retry }],
  [
    'exhausted',
    { ...ended, cause: 'exhausted' },
    { text: 'Could not reach the server', tone: 'bad', action: retry },
  ],
  [
    'replaced',
    { ...ended, cause: 'replaced' },
    { text: 'This page is in use in another window', action: { ...retry, label: 'Use it here' } },
  ],
  ['kicked', { ...ended, cause: 'kicked' }, { text: 'The server closed the connection', action: reload }],
  ['refused', { ...ended, cause: 'refused' }, { text: 'The server did not let you in', action: reload }],
  [
    'refused, and there is a way in',
    { ...ended, cause: 'refused', signIn },
    { action: { kind: 'signIn', label: 'Sign in', disabled: false, run: signIn } },
  ],
  ['kicked, and there is a way in', { ...ended, cause: 'kicked', signIn }, { action: reload }],
]

describe('bannerView', () => {
  it.each(table)('%s', (_, status, expected) => {
    expect(bannerView(status)).toMatchObject(expected)
  })

  it('uses other words, and ours where there are none', () => {
    const words = { retry: 'Jetzt verbinden', countdown: (seconds: number) => `in ${seconds} Sekunden` }
    const view = bannerView({ ...down, retryAt: 1, secondsLeft: 7 }, words)
    expect(view.text).toBe(defaultBannerMessages.reconnecting)
    expect(view.countdown).toBe('in 7 Sekunden')
    expect(view.action?.label).toBe('Jetzt verbinden')
  })

  it('reloads the page, where there is one', () => {
    const { action } = bannerView({ ...ended, cause: 'kicked' })
    expect(() => action?.run()).not.toThrow()
    const reload = vi.fn()
    vi.stubGlobal('location', { reload })
    action?.run()
    vi.unstubAllGlobals()
    expect(reload).toHaveBeenCalledTimes(1)
  })
})
