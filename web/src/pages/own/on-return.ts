// Somebody comes back to this window: what other devices did meanwhile is to be seen.

/** Calls `act` whenever the page is seen again, until it is stopped. */
export function onReturn(act: () => void): () => void {
  const look = () => {
    if (document.visibilityState === 'visible') act()
  }
  document.addEventListener('visibilitychange', look)
  addEventListener('focus', look)
  return () => {
    document.removeEventListener('visibilitychange', look)
    removeEventListener('focus', look)
  }
}
