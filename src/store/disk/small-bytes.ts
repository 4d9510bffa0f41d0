// Reads the start of what somebody sends: small bodies are taken whole, large ones go on as a stream.

export type Gathered =
  | { readonly whole: Buffer }
  /** What was read already, and the rest. */
  | { readonly start: Uint8Array[]; readonly rest: AsyncIterator<Uint8Array> }

/** Chunks are copied only where one of them is not the whole. */
export async function gather(bytes: AsyncIterable<Uint8Array>, limit: number): Promise<Gathered> {
  const rest = bytes[Symbol.asyncIterator]()
  const start: Uint8Array[] = []
  for (let size = 0; size <= limit; ) {
    const next = await rest.next()
    if (next.done === true) return { whole: Buffer.concat(start) }
    // The sender may use its buffer again.
    start.push(Buffer.from(next.value))
    size += next.value.length
  }
  return { start, rest }
}

/** `start`, then `rest`, which is told when nobody wants more of it. */
export async function* joined(
  start: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* start
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
