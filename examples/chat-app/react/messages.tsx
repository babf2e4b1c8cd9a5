import { memo, useEffect, useLayoutEffect, useRef } from 'react'
import type { MessageView } from '../shared/chat-state.js'
import { followEnd } from '../shared/follow-end.js'
import { deliveryWords, timeWords } from '../shared/words.js'
import { Avatar } from './avatar.js'

interface MessagesProps {
  messages: readonly MessageView[]
  sendAgain: (id: string) => void
}

export function Messages({ messages, sendAgain }: MessagesProps) {
  const log = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    if (log.current && list.current) return followEnd(log.current, list.current)
  }, [])
  // Whoever says something wants to see it.
  const latestOwn = messages.findLast(({ own }) => own)?.key
  useLayoutEffect(() => {
    if (latestOwn) log.current?.scrollTo(0, log.current.scrollHeight)
  }, [latestOwn])

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: not every browser lets the keyboard scroll it otherwise
    <div className="log" ref={log} role="log" aria-label="Messages" tabIndex={0}>
      <ol ref={list}>
        {messages.map((message) => (
          <Message key={message.key} message={message} sendAgain={sendAgain} />
        ))}
      </ol>
    </div>
  )
}

interface MessageProps {
  message: MessageView
  sendAgain: (id: string) => void
}

/** The same object as long as nothing in it changes, so most of them do not render again. */
const Message = memo(function Message({ message, sendAgain }: MessageProps) {
  const { id, name, text, at, own, state, first, last, newest } = message
  const className = Object.entries({ message: true, own, first, last, newest })
    .filter(([, is]) => is)
    .map(([name]) => name)
    .join(' ')
  const failed = state === 'failed'
  return (
    <li className={className} data-state={state}>
      <Avatar name={name} />
      <p className="byline">
        <span className={own ? 'visually-hidden' : 'name'}>{own ? 'You' : name}</span>
        <time dateTime={new Date(at).toISOString()}>{timeWords(at)}</time>
      </p>
      <p className="bubble">{text}</p>
      {own && (
        <p className="delivery" data-tone={failed ? 'bad' : undefined}>
          {deliveryWords[state]}{' '}
          {failed && (
            <button type="button" onClick={() => sendAgain(id)}>
              Send again
            </button>
          )}
        </p>
      )}
    </li>
  )
})
