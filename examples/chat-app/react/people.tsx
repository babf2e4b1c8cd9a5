import type { MemberView } from '../shared/chat-state.js'
import type { Visit } from '../shared/visit.js'
import { Avatar } from './avatar.js'

interface PeopleProps {
  members: readonly MemberView[]
  visit: Visit
}

export function People({ members, visit }: PeopleProps) {
  return (
    <aside className="people" aria-label="People">
      <h2>
        Here now <span>{members.length}</span>
      </h2>
      <ul>
        {members.map(({ id, name, presence, typing, you }) => (
          <li key={id} data-presence={presence}>
            <Avatar name={name} />
            <span className="name">{name}</span>
            {you && <span className="you">you</span>}
            {presence === 'away' ? (
              <span className="presence">away</span>
            ) : (
              typing && <span className="typing">typing…</span>
            )}
          </li>
        ))}
      </ul>
      <nav className="fronts" aria-label="Front end">
        {visit.frontEnds.map(({ name, href, current }) => (
          <a key={href} href={href} aria-current={current ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <button className="quiet leave" type="button" onClick={visit.leave}>
        Leave room
      </button>
    </aside>
  )
}
