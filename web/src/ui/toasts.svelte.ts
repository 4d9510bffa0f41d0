// Short notes about what was just done, or was not.
import type { Tone } from './tone.ts'

export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: Tone
  /** What can be done about it, as `Undo`. */
  readonly action?: { readonly label: string; readonly act: () => void }
}

const SHOWN_MS = 6_000
/** With something to be done about it. */
const SHOWN_TO_ACT_MS = 15_000
const MAX_SHOWN = 4

class Toasts {
  shown: readonly Toast[] = $state.raw([])
  /** Where they can be shown. A dialog makes all beside it dark and deaf: the last one is where they are. */
  places: readonly symbol[] = $state.raw([])
  #made = 0

  /** Goes by itself, unless it tells of a fault. */
  add(text: string, tone: Tone = 'good', action?: Toast['action']): void {
    this.#made += 1
    const id = this.#made
    this.shown = [...this.shown, { id, text, tone, ...(action === undefined ? {} : { action }) }].slice(-MAX_SHOWN)
    if (tone !== 'bad') setTimeout(() => this.remove(id), action === undefined ? SHOWN_MS : SHOWN_TO_ACT_MS)
  }

  /** Until the returned function is called. */
  showAt(place: symbol): () => void {
    this.places = [...this.places, place]
    return () => {
      this.places = this.places.filter(each => each !== place)
    }
  }

  remove(id: number): void {
    this.shown = this.shown.filter(toast => toast.id !== id)
  }
}

export const toasts = new Toasts()

/** Does it, and tells when it fails; `done` is told when it does not. */
export async function attempt(act: () => Promise<unknown>, done?: string): Promise<'done' | 'failed'> {
  try {
    await act()
    if (done !== undefined) toasts.add(done)
    return 'done'
  } catch (error) {
    toasts.add(error instanceof Error ? error.message : String(error), 'bad', undefined)
    return 'failed'
  }
}
