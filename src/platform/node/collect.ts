// Has the engine let go of what nobody holds any more: by itself it does so when it runs short of memory, which on a large machine may be never.

/** Resolves when it has; of the thread that asks. A pause of some tens of milliseconds. */
export async function collect(): Promise<void> {
  if (!process.features.inspector) return
  const { Session } = await import('node:inspector')
  const session = new Session()
  session.connect()
  await new Promise<void>(resolve => session.post('HeapProfiler.collectGarbage', () => resolve()))
  session.disconnect()
}
