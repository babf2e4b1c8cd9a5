// The element's name and attribute, for JSX.
import type { DetailedHTMLProps, HTMLAttributes } from 'react'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'network-drawer': DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & { 'peer-id': string }
    }
  }
}
