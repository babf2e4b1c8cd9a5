import { Room } from './room'

export const dynamic = 'force-dynamic'

export default function Page() {
  return <Room url={`ws://127.0.0.1:${process.env.PROTOO_PORT}/?peerId=ann`} />
}
