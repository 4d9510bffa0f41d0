// A line between a client and the host that can be cut, and on which bytes can come out wrong.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface MeddlingProxy {
  readonly url: string
  /** Closes all connections once so many bytes have gone to the host from now on, and goes on as if nothing had been. */
  cutAfter(bytes: number): void
  /** Whether the line was cut since it was last asked for. */
  readonly wasCut: boolean
  /** Replaces `from` by `to`, of the same length, wherever it passes in that direction. Undefined ends it. */
  distort(distortion: Distortion | undefined): void
  /** How often something was replaced. */
  readonly distorted: number
  close(): Promise<void>
}

export interface Distortion {
  readonly direction: 'up' | 'down'
  readonly from: string
  readonly to: string
}

export async function startProxy(port: number): Promise<MeddlingProxy> {
  const sockets = new Set<Socket>()
  let left: number | undefined
  let wasCut = false
  let distortion: Distortion | undefined
  let distorted = 0

  function cutNow(): void {
    left = undefined
    wasCut = true
    for (const socket of sockets) socket.destroy()
  }

  function altered(bytes: Buffer, direction: Distortion['direction']): Buffer {
    if (distortion?.direction !== direction) return bytes
    const at = bytes.indexOf(distortion.from)
    if (at < 0) return bytes
    distorted += 1
    const copy = Buffer.from(bytes)
    copy.write(distortion.to, at)
    return copy
  }

  const server = createServer(client => {
    const host = connect(port, '127.0.0.1')
    for (const [from, to, direction] of [
      [client, host, 'up'],
      [host, client, 'down'],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('end', () => to.end())
      from.on('data', bytes => {
        if (direction === 'up' && left !== undefined) {
          left -= bytes.length
          if (left <= 0) return cutNow()
        }
        if (!to.write(altered(bytes, direction))) {
          from.pause()
          to.once('drain', () => from.resume())
        }
      })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAfter(bytes) {
      left = bytes
    },
    get wasCut() {
      const was = wasCut
      wasCut = false
      return was
    },
    distort(next) {
      distortion = next
    },
    get distorted() {
      return distorted
    },
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
