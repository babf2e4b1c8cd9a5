import type { Visit } from '../shared/visit.js'
import { ProtooProvider } from './protoo.js'
import { Room } from './room.js'

/** The connection, and what is shown of it. */
export function App({ visit }: { visit: Visit }) {
  return (
    <ProtooProvider url={visit.url} options={{ retry: visit.retry }}>
      <Room visit={visit} />
    </ProtooProvider>
  )
}
