// The beginning of a stream of bytes.

/** All of it where `count` is undefined. The source is told when no more is wanted. */
export async function* upTo(bytes: AsyncIterable<Uint8Array>, count: number | undefined): AsyncGenerator<Uint8Array> {
  let left = count ?? Number.POSITIVE_INFINITY
  for await (const piece of bytes) {
    yield piece.length <= left ? piece : piece.subarray(0, left)
    left -= piece.length
    if (left <= 0) return
  }
}
