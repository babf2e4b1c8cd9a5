// The kept line of 0.1 brings no types.
declare module 'path-to-regexp' {
  export interface Key {
    name: string | number
    optional: boolean
    offset: number
  }
  export interface Options {
    sensitive?: boolean | undefined
    strict?: boolean | undefined
    end?: boolean | undefined
  }
  export default function pathToRegexp(path: string | RegExp, keys: Key[], options: Options): RegExp
}
