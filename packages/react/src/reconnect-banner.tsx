import {
  type BannerAction,
  type BannerMessages,
  type BannerView,
  bannerView,
  type ConnectionStatus,
  type StatusSource,
} from '@protoo-kit/client-core'
import {
  type CSSProperties,
  type ReactElement,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { useConnectionStatus } from './use-connection-status.js'

/** What a bar of your own is rendered from. */
export interface BannerParts extends BannerView {
  /** Whether there is something to show. */
  readonly shown: boolean
  readonly status: ConnectionStatus
}

export interface ReconnectBannerProps {
  /** Instead of the provider's. */
  peer?: StatusSource | undefined
  /** ms without a connection until it shows. Default 1500. */
  showAfter?: number | undefined
  /** What "Sign in" does where the credentials were refused; without it the button reloads the page. */
  signIn?: (() => void) | undefined
  /** Other words, for other languages. */
  messages?: Partial<BannerMessages> | undefined
  /** Of the outermost element, beside `protoo-banner`. */
  className?: string | undefined
  /** Renders the bar in place of the default markup, also while there is nothing to show. What is announced stays. */
  children?: ((parts: BannerParts) => ReactNode) | undefined
}

/** Here and not in a stylesheet alone, which may not be there. */
const visuallyHidden: CSSProperties = {
  position: 'absolute',
  width: 1,
  height: 1,
  margin: -1,
  padding: 0,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
  border: 0,
}

/**
 * A bar that says that the connection is lost, and what can be done. Shown after 1.5 s without one; never takes the
 * focus. Unstyled, but for the stylesheet `@protoo-kit/react/reconnect-banner.css` and class names of its own.
 */
export function ReconnectBanner({
  peer,
  showAfter,
  signIn,
  messages,
  className = '',
  children = defaultBar,
}: ReconnectBannerProps): ReactElement {
  const status = useConnectionStatus({ peer, showAfter, signIn })
  const view = bannerView(status, messages)
  // A live node speaks of what changes in it: it must be there before its first words.
  const [live, setLive] = useState(false)
  useEffect(() => setLive(true), [])
  return (
    <div className={`protoo-banner ${className}`.trim()} data-phase={status.phase} data-cause={status.cause}>
      <div role="status" className="protoo-banner-live" style={visuallyHidden}>
        {live && view.text}
      </div>
      {children({ ...view, shown: view.text !== '', status })}
    </div>
  )
}

function defaultBar({ shown, text, tone, countdown, action }: BannerParts): ReactNode {
  return (
    <div className="protoo-banner-bar" data-tone={tone} hidden={!shown}>
      {/* Screen readers have the live node's. */}
      <span className="protoo-banner-message" aria-hidden="true">
        {text}
      </span>{' '}
      {/* The spaces are for a bar without a stylesheet. */}
      {countdown && <span className="protoo-banner-countdown">{countdown}</span>}{' '}
      {/* Another action is another button: what has the focus never changes its meaning. */}
      {action && <ActionButton key={action.kind} {...action} />}
    </div>
  )
}

function ActionButton({ kind, label, disabled, run }: BannerAction): ReactElement {
  const button = useRef<HTMLButtonElement>(null)
  const before = useRef<EventTarget | null>(null)
  // When it goes while it has the focus, that goes back to where it came from.
  useLayoutEffect(() => {
    const own = button.current
    return () => {
      if (own && document.activeElement === own && before.current instanceof HTMLElement)
        before.current.focus()
    }
  }, [])
  return (
    <button
      ref={button}
      type="button"
      className={`protoo-banner-action protoo-banner-${kind}`}
      // Not `disabled`, which would drop the focus.
      aria-disabled={disabled}
      onFocus={({ relatedTarget }) => {
        // None when the window has the focus again: then it is what it was.
        before.current = relatedTarget ?? before.current
      }}
      onClick={() => disabled || run()}
    >
      {label}
    </button>
  )
}
