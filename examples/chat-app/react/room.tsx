import { ReconnectBanner } from '@protoo-kit/react'
import { useCallback, useRef } from 'react'
import type { Visit } from '../shared/visit.js'
import { bannerMessages, typingWords } from '../shared/words.js'
import { Composer } from './composer.js'
import { Header } from './header.js'
import { Messages } from './messages.js'
import { People } from './people.js'
import { useConnectionStatus } from './protoo.js'
import { useChat } from './use-chat.js'

export function Room({ visit }: { visit: Visit }) {
  const [chat, { members, messages, draft, refused }] = useChat(visit)
  const down = useConnectionStatus(({ visible }) => visible)
  const input = useRef<HTMLTextAreaElement>(null)

  const sendAgain = useCallback(
    (id: string) => {
      // The button goes; whoever was on it goes on writing.
      input.current?.focus()
      chat.sendAgain(id)
    },
    [chat],
  )

  return (
    <div className={down ? 'room down' : 'room'}>
      <People members={members} visit={visit} />
      <main className="talk">
        <Header members={members} visit={visit} />
        <div className="stage">
          <ReconnectBanner messages={bannerMessages} />
          <Messages messages={messages} sendAgain={sendAgain} />
          {refused && <Refused reason={refused} leave={visit.leave} />}
        </div>
        <p className="typing-line" id="typing">
          {typingWords(members)}
        </p>
        <Composer ref={input} chat={chat} draft={draft} />
      </main>
    </div>
  )
}

/** The server lets nobody in by this name, or into this room. */
function Refused({ reason, leave }: { reason: string; leave: () => void }) {
  return (
    <div className="refused" role="alert">
      <p>The server says: {reason}</p>
      <button className="primary" type="button" onClick={leave}>
        Back to start
      </button>
    </div>
  )
}
