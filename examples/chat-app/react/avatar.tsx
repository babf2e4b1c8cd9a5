import type { CSSProperties } from 'react'
import { hueOf, initialsOf } from '../shared/avatar.js'

export function Avatar({ name }: { name: string }) {
  // React's type knows no custom properties.
  const style = { '--hue': hueOf(name) } as CSSProperties
  return (
    <span className="avatar" aria-hidden="true" style={style}>
      {initialsOf(name)}
    </span>
  )
}
