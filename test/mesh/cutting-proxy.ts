// Passes bytes between two ends, and cuts every connection after a while.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Less is no progress, however slow the machine is. */
const LEAST_CARRIED = 2 * 1024 * 1024

export class CuttingProxy {
  readonly address: string
  cuts = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #carried = 0
  #timer: NodeJS.Timeout | undefined

  private constructor(server: Server) {
    this.#server = server
    this.address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** Passes on to `target` (`tcp://host:port`). */
  static async start(target: string): Promise<CuttingProxy> {
    const { hostname, port } = new URL(target.replace('tcp:', 'http:'))
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const proxy = new CuttingProxy(server)
    server.on('connection', inner => {
      const outer = connect(Number(port), hostname)
      for (const socket of [inner, outer]) {
        proxy.#sockets.add(socket)
        socket.on('error', () => {})
        socket.on('data', ({ length }) => {
          proxy.#carried += length
        })
        socket.once('close', () => {
          proxy.#sockets.delete(socket)
          inner.destroy()
          outer.destroy()
        })
      }
      inner.pipe(outer).pipe(inner)
    })
    return proxy
  }

  /** As far as something got through in the meantime. */
  cutEvery(ms: number): void {
    this.#timer = setInterval(() => {
      if (this.#carried >= LEAST_CARRIED) this.cut()
    }, ms)
  }

  cut(): void {
    if (this.#sockets.size > 0) this.cuts += 1
    this.#carried = 0
    for (const socket of this.#sockets) socket.destroy()
  }

  leaveAlone(): void {
    clearInterval(this.#timer)
  }

  async stop(): Promise<void> {
    this.leaveAlone()
    this.cut()
    await new Promise(resolve => this.#server.close(resolve))
  }
}
