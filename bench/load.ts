// Sends requests over kept connections, as fast as they are answered, at little cost of its own: bytes that are ready, answers that are only counted.
import net from 'node:net'

export interface Load {
  readonly url: URL
  readonly connections: number
  /** The bytes of each request; called until it gives none. */
  readonly next: () => LoadRequest | undefined
}

export interface LoadRequest {
  readonly head: Buffer
  /** Sent after the head, piece by piece. */
  readonly body?: Iterable<Buffer>
}

/** Resolves to the bytes of all bodies when every request was answered with a status below 300; throws at the first that was not. */
export async function load({ url, connections, next }: Load): Promise<number> {
  const lanes = Array.from({ length: connections }, async () => {
    const lane = new Lane(Number(url.port), url.hostname)
    try {
      for (let request = next(); request !== undefined; request = next()) await lane.ask(request)
    } finally {
      lane.close()
    }
    return lane.received
  })
  return (await Promise.all(lanes)).reduce((sum, each) => sum + each, 0)
}

export function head(method: string, url: URL, headers: Readonly<Record<string, string | number>> = {}): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`${method} ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n${lines.join('')}\r\n`)
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/** One connection, made again when the server ends it. */
class Lane {
  received = 0
  readonly #port: number
  readonly #host: string
  readonly #buffer = Buffer.allocUnsafe(1 << 18)
  #socket: net.Socket | undefined
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined
  #head = Buffer.alloc(0)
  /** Bytes of the body that are still to come; undefined while the head is not whole, Infinity while chunks come. */
  #rest: number | undefined
  #tail = Buffer.alloc(0)
  #closes = false
  #isHead = false

  constructor(port: number, host: string) {
    this.#port = port
    this.#host = host
  }

  async ask({ head: start, body }: LoadRequest): Promise<void> {
    this.#socket ??= this.#connect()
    const socket = this.#socket
    this.#rest = undefined
    this.#head = Buffer.alloc(0)
    this.#isHead = start.subarray(0, 5).toString() === 'HEAD '
    const answered = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // While a body is sent nobody waits for the answer yet.
    answered.catch(() => {})
    socket.write(start)
    if (body !== undefined) for (const piece of body) if (!socket.write(piece)) await drained(socket)
    await answered
    if (this.#closes) this.close()
  }

  close(): void {
    this.#settle = undefined
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #connect(): net.Socket {
    this.#closes = false
    const socket = net.connect({
      port: this.#port,
      host: this.#host,
      noDelay: true,
      onread: {
        buffer: this.#buffer,
        callback: count => {
          if (this.#socket === socket) this.#take(this.#buffer.subarray(0, count))
          return true
        },
      },
    })
    const fail = (error: Error): void => {
      if (this.#socket === socket) this.#settle?.reject(error)
    }
    socket.on('error', fail)
    socket.on('close', () => fail(new Error('The server ended the connection.')))
    return socket
  }

  #take(bytes: Buffer): void {
    if (this.#rest !== undefined) {
      this.#takeBody(bytes)
      return
    }
    this.#head = this.#head.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#head, bytes])
    const end = this.#head.indexOf(END_OF_HEAD)
    if (end < 0) return
    const text = this.#head.toString('latin1', 0, end)
    const status = Number(text.slice(9, 12))
    if (status === 100) {
      this.#head = this.#head.subarray(end + 4)
      return
    }
    if (status >= 300) this.#settle?.reject(new Error(`The server answered ${text.slice(9, text.indexOf('\r'))}`))
    this.#closes = /\r\nconnection: close/i.test(text)
    this.#rest = this.#lengthOf(text, status)
    this.#tail = Buffer.alloc(0)
    this.#takeBody(this.#head.subarray(end + 4))
  }

  #lengthOf(text: string, status: number): number {
    if (status === 204 || this.#isHead) return 0
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
    return length === undefined ? Number.POSITIVE_INFINITY : Number(length)
  }

  #takeBody(bytes: Buffer): void {
    this.received += bytes.length
    this.#rest = (this.#rest ?? 0) - bytes.length
    if (this.#rest <= 0) this.#settle?.resolve()
    else if (this.#rest === Number.POSITIVE_INFINITY) {
      // What is asked for here never looks like the end of chunks.
      this.#tail = Buffer.concat([this.#tail, bytes.subarray(-5)]).subarray(-5)
      if (this.#tail.equals(LAST_CHUNK)) this.#settle?.resolve()
    }
  }
}

function drained(socket: net.Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      socket.off('drain', done).off('close', failed)
      resolve()
    }
    const failed = (): void => {
      socket.off('drain', done)
      reject(new Error('The server ended the connection while it was sent something.'))
    }
    socket.once('drain', done).once('close', failed)
  })
}
