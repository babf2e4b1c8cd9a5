import type { ConnectionStatus } from './status.js'

/** The words of a banner. Each can be replaced, for other languages. */
export interface BannerMessages {
  /** The first attempt takes its time. */
  readonly connecting: string
  /** Never open yet, and an attempt has failed. */
  readonly unreachable: string
  readonly reconnecting: string
  readonly offline: string
  readonly restored: string
  /** The retries are spent. */
  readonly exhausted: string
  /** The credentials were not accepted. */
  readonly refused: string
  /** A newer connection of the same user took over. */
  readonly replaced: string
  /** The server closed on purpose. */
  readonly kicked: string
  readonly countdown: (seconds: number) => string
  readonly retry: string
  /** "Retry now" where that takes over from the newer connection. */
  readonly takeOver: string
  readonly reload: string
  readonly signIn: string
}

export const defaultBannerMessages: BannerMessages = {
  connecting: 'Connecting…',
  unreachable: 'The server does not answer. Trying again…',
  reconnecting: 'Connection lost. Trying again…',
  offline: 'You are offline',
  restored: 'Connected again',
  exhausted: 'Could not reach the server',
  refused: 'The server did not let you in',
  replaced: 'This page is in use in another window',
  kicked: 'The server closed the connection',
  countdown: (seconds) => `Next attempt in ${seconds} s`,
  retry: 'Retry now',
  takeOver: 'Use it here',
  reload: 'Reload',
  signIn: 'Sign in',
}

export interface BannerAction {
  readonly kind: 'retry' | 'reload' | 'signIn'
  readonly label: string
  /**
   * An attempt goes on already. The button stays, with `aria-disabled` rather than `disabled`: whoever has
   * the focus on it keeps it.
   */
  readonly disabled: boolean
  readonly run: () => void
}

/** What a banner shows. */
export interface BannerView {
  /** For the live node as well: it does not change with the seconds or the attempts. Empty: nothing is to be shown. */
  readonly text: string
  readonly tone: 'good' | 'waiting' | 'bad'
  /** For the eye only, so not in the live node. Empty most of the time. */
  readonly countdown: string
  readonly action: BannerAction | undefined
}

/** The words for a status, and the action that fits it: one place for all banners. */
export function bannerView(status: ConnectionStatus, messages: Partial<BannerMessages> = {}): BannerView {
  const words: BannerMessages = { ...defaultBannerMessages, ...messages }
  const { phase, cause, attempt, secondsLeft } = status
  if (!status.visible) {
    const text = status.restored ? words.restored : ''
    return { text, tone: 'good', countdown: '', action: undefined }
  }
  if (phase === 'closed') {
    const text = cause && cause !== 'network' && cause !== 'local' ? words[cause] : words.kicked
    return { text, tone: 'bad', countdown: '', action: lastAction(status, words) }
  }
  return {
    text:
      phase === 'offline'
        ? words.offline
        : phase === 'reconnecting'
          ? words.reconnecting
          : attempt === 1
            ? words.connecting
            : words.unreachable,
    tone: phase === 'offline' ? 'bad' : 'waiting',
    countdown: secondsLeft ? words.countdown(secondsLeft) : '',
    action: retry(status, words.retry, phase !== 'offline' && status.retryAt === undefined),
  }
}

/** What can be done after the end. */
function lastAction(status: ConnectionStatus, words: BannerMessages): BannerAction {
  const { cause, signIn } = status
  if (cause === 'exhausted') return retry(status, words.retry)
  if (cause === 'replaced') return retry(status, words.takeOver)
  if (cause === 'refused' && signIn)
    return { kind: 'signIn', label: words.signIn, disabled: false, run: signIn }
  const run = () => globalThis.location?.reload()
  return { kind: 'reload', label: words.reload, disabled: false, run }
}

function retry(status: ConnectionStatus, label: string, disabled = false): BannerAction {
  return { kind: 'retry', label, disabled, run: status.retryNow }
}
