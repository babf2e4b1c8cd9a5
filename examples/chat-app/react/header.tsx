import type { MemberView } from '../shared/chat-state.js'
import type { Visit } from '../shared/visit.js'
import { connectionWords, peopleWords } from '../shared/words.js'
import { useConnectionStatus } from './protoo.js'

export function Header({ members, visit }: HeaderProps) {
  return (
    <header>
      <div className="title">
        <h1>{visit.room}</h1>
        <p>{peopleWords(members)}</p>
      </div>
      <ConnectionState />
      <network-drawer peer-id={visit.peerId} />
      <button className="quiet leave" type="button" onClick={visit.leave}>
        Leave
      </button>
    </header>
  )
}

interface HeaderProps {
  members: readonly MemberView[]
  visit: Visit
}

/** Renders when its words change, and not with each attempt. */
function ConnectionState() {
  const { text, tone } = useConnectionStatus(connectionWords)
  return (
    <p className="state" id="state" data-tone={tone}>
      {text}
    </p>
  )
}
