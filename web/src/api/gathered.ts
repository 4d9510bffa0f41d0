// Events of one moment make one request.

/** `act` runs once, `ms` after the first of several calls. To be called off when nobody waits for it any more. */
export function gathered(act: () => void, ms: number): { ask(): void; callOff(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    ask() {
      timer ??= setTimeout(() => {
        timer = undefined
        act()
      }, ms)
    },
    callOff() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
