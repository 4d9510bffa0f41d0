// The daemon's stream of events, read by `fetch`: it tells why it was refused, which an EventSource does not.
import { open } from './call.ts'
import type { Event } from './types.ts'

/** Without a sign of life for so long, the connection is taken for dead. The daemon gives one every 15 seconds. */
const SILENCE_MS = 40_000

/** Every event after `since`; ends when the daemon ends it. Throws `CallFault` when it is refused or breaks off. */
export async function* readEvents(since: number, signal: AbortSignal): AsyncGenerator<Event> {
  const silence = new AbortController()
  const either = AbortSignal.any([signal, silence.signal])
  let timer = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    const answer = await open(`/events?since=${since}`, { signal: either })
    if (answer.body === null) return
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    while (true) {
      const { value, done } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) yield* eventIn(block)
    }
  } finally {
    clearTimeout(timer)
  }
}

function* eventIn(block: string): Generator<Event> {
  for (const line of block.split('\n')) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as Event
}
