import {
  type BannerAction,
  type BannerMessages,
  type BannerView,
  bannerView,
  type ConnectionStatus,
  type StatusSource,
} from '@protoo-kit/client-core'
import {
  computed,
  type DefineComponent,
  defineComponent,
  h,
  onBeforeUnmount,
  onMounted,
  type PropType,
  type SlotsType,
  shallowRef,
  type VNode,
} from 'vue'
import { useConnectionStatus } from './use-connection-status.js'

/** What a bar of your own is rendered from. */
export interface BannerParts extends BannerView {
  /** Whether there is something to show. */
  readonly shown: boolean
  readonly status: ConnectionStatus
}

export interface ReconnectBannerProps {
  /** Instead of the one that is provided. */
  peer?: StatusSource | undefined
  /** ms without a connection until it shows. Default 1500. Read once. */
  showAfter?: number | undefined
  /** What "Sign in" does where the credentials were refused; without it the button reloads the page. */
  signIn?: (() => void) | undefined
  /** Other words, for other languages. */
  messages?: Partial<BannerMessages> | undefined
}

/** Each part can be another; what is announced stays. */
export interface ReconnectBannerSlots {
  /** The whole bar, also while there is nothing to show. */
  default?: BannerParts
  message?: BannerParts
  countdown?: BannerParts
  action?: BannerParts
}

type Nothing = Record<never, never>

/** ms until the live node of a new page is known to screen readers, which speak of what changes in it. */
const LIVE_AFTER = 100

/** Here and not in a stylesheet alone, which may not be there. */
const visuallyHidden =
  'position:absolute;width:1px;height:1px;margin:-1px;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap;border:0'

/**
 * A bar that says that the connection is lost, and what can be done. Shown after 1.5 s without one; never takes the
 * focus. Unstyled, but for the stylesheet `@protoo-kit/vue/reconnect-banner.css` and class names of its own.
 */
export const ReconnectBanner: DefineComponent<
  ReconnectBannerProps,
  Nothing,
  Nothing,
  Nothing,
  Nothing,
  Nothing,
  Nothing,
  Nothing,
  string,
  Nothing,
  ReconnectBannerProps,
  Nothing,
  SlotsType<ReconnectBannerSlots>
> = defineComponent({
  name: 'ReconnectBanner',
  props: {
    peer: Object as PropType<StatusSource>,
    showAfter: Number,
    signIn: Function as PropType<() => void>,
    messages: Object as PropType<Partial<BannerMessages>>,
  },
  slots: Object as SlotsType<ReconnectBannerSlots>,
  setup(props, { slots }) {
    const { peer, showAfter } = props
    const status = useConnectionStatus({ peer: peer && (() => props.peer ?? peer), showAfter })
    const parts = computed<BannerParts>(() => {
      const own = { ...status.value, signIn: props.signIn ?? status.value.signIn }
      const view = bannerView(own, props.messages)
      return { ...view, shown: view.text !== '', status: own }
    })

    const live = shallowRef(false)
    let timer: ReturnType<typeof setTimeout> | undefined
    onMounted(() => {
      timer = setTimeout(() => {
        live.value = true
      }, LIVE_AFTER)
    })
    onBeforeUnmount(() => clearTimeout(timer))

    /** What had the focus before the button. */
    let before: EventTarget | null = null

    const button = ({ kind, label, disabled, run }: BannerAction): VNode =>
      h(
        'button',
        {
          // Another action is another button: what has the focus never changes its meaning.
          key: kind,
          type: 'button',
          class: ['protoo-banner-action', `protoo-banner-${kind}`],
          // Not `disabled`, which would drop the focus.
          'aria-disabled': disabled,
          onClick: () => disabled || run(),
          onFocus: ({ relatedTarget }: FocusEvent) => {
            // None when the window has the focus again: then it is what it was.
            before = relatedTarget ?? before
          },
          // When it goes while it has the focus, that goes back to where it came from.
          onVnodeBeforeUnmount: ({ el }: VNode) => {
            if (el === document.activeElement && before instanceof HTMLElement) before.focus()
          },
        },
        label,
      )

    return () => {
      const { shown, text, tone, countdown, action, status } = parts.value
      return h('div', { class: 'protoo-banner', 'data-phase': status.phase, 'data-cause': status.cause }, [
        h(
          'div',
          { role: 'status', class: 'protoo-banner-live', style: visuallyHidden },
          live.value ? text : '',
        ),
        slots.default?.(parts.value) ??
          h('div', { class: 'protoo-banner-bar', 'data-tone': tone, hidden: !shown }, [
            slots.message?.(parts.value) ??
              // Screen readers have the live node's.
              h('span', { class: 'protoo-banner-message', 'aria-hidden': 'true' }, text),
            // The spaces are for a bar without a stylesheet.
            ' ',
            countdown &&
              (slots.countdown?.(parts.value) ?? h('span', { class: 'protoo-banner-countdown' }, countdown)),
            ' ',
            action && (slots.action?.(parts.value) ?? button(action)),
          ]),
      ])
    }
  },
})
