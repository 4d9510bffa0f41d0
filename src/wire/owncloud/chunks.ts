// Names and sizes of the chunks of one upload.

export interface StoredChunk {
  readonly name: string
  readonly size: number
}

/** A chunk is named by the byte it begins at, so that a listing alone tells whether there are gaps. */
export function chunkName(offset: number): string {
  return String(offset).padStart(16, '0')
}

/** How far the chunks on the server reach without a gap, and those that do not fit and must go. */
export function reachOf(
  chunks: readonly StoredChunk[],
  total: number,
): { readonly reach: number; readonly misfits: readonly string[] } {
  const misfits: string[] = []
  let reach = 0
  for (const chunk of [...chunks].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const fits = chunk.name === chunkName(reach) && chunk.size > 0 && reach + chunk.size <= total
    if (fits) reach += chunk.size
    else misfits.push(chunk.name)
  }
  return { reach, misfits }
}

const MIN_CHUNK = 5_000_000
const TARGET_MS = 20_000

/** The size for the next chunk after one of `size` bytes took `tookMs`: what should take about 20 s, halfway from the last, at most `max`. */
export function nextChunkSize(size: number, tookMs: number, max: number): number {
  const ideal = (size * TARGET_MS) / Math.max(tookMs, 1)
  return Math.round(Math.min(max, Math.max(MIN_CHUNK, (size + ideal) / 2)))
}
