// The time as pages show it: moves on twice a minute while somebody looks.
import { createSubscriber } from 'svelte/reactivity'

const subscribe = createSubscriber(update => {
  const timer = setInterval(update, 30_000)
  return () => clearInterval(timer)
})

/** Milliseconds since 1970. What reads it is shown anew as it moves on. */
export function now(): number {
  subscribe()
  return Date.now()
}
