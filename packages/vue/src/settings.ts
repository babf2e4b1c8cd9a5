import type { TransportOptions, UrlSource } from '@protoo-kit/client-core'
import { type Ref, toRaw, toValue, unref } from 'vue'
import type { MaybeRef } from './peer-source.js'

export interface ProtooPeerOptions extends TransportOptions {
  /** Another value makes another connection, though all else is the same. */
  connectionKey?: unknown
}

type Refs<T> = { [K in keyof T]: MaybeRef<T[K]> }

/** An address, or a ref of one, which is watched. A function is asked before each attempt; what it reads is not watched. */
export type UrlSetting = MaybeRef<UrlSource>

/** Options, each or all of which may be refs; or a function that returns them. Refs, and what the function reads, are watched. */
export type OptionsSetting =
  | Refs<ProtooPeerOptions>
  | Readonly<Ref<ProtooPeerOptions>>
  | (() => Refs<ProtooPeerOptions>)

/** What they say now. */
export interface Settings {
  readonly url: UrlSource
  readonly options: ProtooPeerOptions
}

/** Reads all of it, so that who watches is told of every change. */
export function readSettings(url: UrlSetting, source: OptionsSetting = {}): Settings {
  const options: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(toValue<object>(source))) {
    const value: unknown = unref(setting)
    // Data that may be changed in place is kept as it is now; what has a life of its own (a clock, a wake source) is not.
    options[name] = name === 'retry' || name === 'connectionKey' ? copy(value) : toRaw(value)
  }
  return { url: unref(url), options }
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return [...value]
  return value?.constructor === Object ? { ...value } : value
}
