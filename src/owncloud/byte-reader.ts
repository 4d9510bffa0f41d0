// Reads a stream of bytes by lines and by lengths, holding no more of it than one chunk and one line.
const LINE_END = Buffer.from('\r\n')

export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)
  #isDone = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** The next line without its CRLF; undefined when there is none of at most `max` bytes. */
  async line(max: number): Promise<Buffer | undefined> {
    for (;;) {
      const at = this.#held.indexOf(LINE_END)
      if (at > max || (at < 0 && this.#held.length > max + 1)) return undefined
      if (at >= 0) {
        const line = this.#held.subarray(0, at)
        this.#held = this.#held.subarray(at + 2)
        return line
      }
      if (!(await this.#more())) return undefined
    }
  }

  /** The next `length` bytes in pieces; fewer when the stream ends. What the caller does not ask for stays. */
  async *take(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (this.#held.length === 0 && !(await this.#more())) return
      const piece = this.#held.subarray(0, left)
      this.#held = this.#held.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  /** Whether there was another chunk. */
  async #more(): Promise<boolean> {
    if (this.#isDone) return false
    const next = await this.#source.next()
    if (next.done === true) {
      this.#isDone = true
      return false
    }
    this.#held = this.#held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#held, next.value])
    return true
  }
}
