// Has the router of this network lead a port from outside to the one that this device listens at, for as long as it runs.
import { networkInterfaces } from 'node:os'
import { asSyncError } from '../model/errors.ts'
import type { World } from '../platform/world.ts'
import { isPublic, writeAddress } from './address.ts'
import type { AskRouter, MappedPort } from './ask-router.ts'

export interface PortMappingParts {
  readonly world: Pick<World, 'clock' | 'log'>
  readonly ask: AskRouter
  /** Where this device listens for others than this machine itself by IPv4; undefined: nothing is to be mapped. */
  readonly listening: () => OpenPort | undefined
  /** Becomes another text when this machine comes to another network. */
  readonly place?: () => string
  /** Where it can be called from outside became another place. */
  readonly onChange: () => void
}

/** `host` is empty where it is any of this machine. */
export interface OpenPort {
  readonly host: string
  readonly port: number
}

export interface MappingState {
  readonly state: 'off' | 'looking' | 'mapped' | 'not-mapped'
  /** Where it can be called from outside: `tcp://203.0.113.7:22000`. */
  readonly address?: string
  readonly by?: MappedPort['by']
  /** Why it is not mapped: a sentence. */
  readonly fault?: string
}

/** A third of what routers are asked for, so that one that does not answer once is asked again in time. */
const RENEW_MS = 20 * 60_000
/** How soon it is noticed that this machine is on another network. */
const LOOK_MS = 60_000
/** After a power cut this machine is up before its router: the first failures are followed by another try in a minute. */
const SOON_AGAIN = 5
const UNMAP_MS = 5_000

export class PortMapping {
  readonly #parts: PortMappingParts
  readonly #stop = new AbortController()
  #state: MappingState = { state: 'off' }
  #mapped: MappedPort | undefined
  #running: Promise<void> | undefined

  constructor(parts: PortMappingParts) {
    this.#parts = parts
  }

  start(): void {
    if (this.#parts.listening() === undefined) return
    this.#state = { state: 'looking' }
    this.#running = this.#keepMapped()
  }

  get state(): MappingState {
    return this.#state
  }

  /** What a discovery server is to be told besides where this device listens. */
  addresses(): readonly string[] {
    return this.#state.address === undefined ? [] : [this.#state.address]
  }

  /** The router is told that nobody has to get here any more. It forgets by itself, too, where it cannot be told. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
    if (this.#mapped !== undefined) await this.#release(this.#mapped)
  }

  async #keepMapped(): Promise<void> {
    const { signal } = this.#stop
    for (let failed = 0; !signal.aborted; ) {
      await this.#map(signal)
      failed = this.#state.state === 'mapped' ? 0 : failed + 1
      await this.#wait(failed > 0 && failed <= SOON_AGAIN ? LOOK_MS : RENEW_MS, signal)
    }
  }

  /** Less where this machine comes to another network. */
  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { place = ownPlace, world } = this.#parts
    const { clock } = world
    const here = place()
    for (let waitedMs = 0; waitedMs < ms && place() === here; waitedMs += LOOK_MS) {
      await clock.sleep(LOOK_MS, signal).catch(() => {})
      if (signal.aborted) return
    }
  }

  async #map(signal: AbortSignal): Promise<void> {
    const { ask, listening } = this.#parts
    const open = listening()
    if (open === undefined) return
    try {
      const answer = await ask({ want: 'map', ...open, name: `syncline-${open.port}` }, signal)
      if ('mapped' in answer) this.#onMapped(answer.mapped)
      else this.#onFault(answer.why === '' ? 'No router here maps ports by UPnP or NAT-PMP.' : refused(answer.why))
    } catch (error) {
      if (!signal.aborted) this.#onFault(asSyncError(error).message)
    }
  }

  #onMapped(mapped: MappedPort): void {
    this.#mapped = mapped
    const { by, externalHost: host, externalPort: port } = mapped
    if (isPublic(host))
      this.#become({ state: 'mapped', by, address: writeAddress({ kind: 'tcp', family: 0, host, port }) })
    else this.#onFault(`The router maps the port, but is at ${host} itself, where nobody on the internet can call it.`)
  }

  #onFault(fault: string): void {
    this.#become({ state: 'not-mapped', fault })
  }

  /** Is told once, however often it is found. */
  #become(state: MappingState): void {
    const before = this.#state
    if (before.address === state.address && before.fault === state.fault) return
    this.#state = state
    const { onChange, world } = this.#parts
    const { address, fault, by } = state
    world.log('info', fault ?? `The router leads ${address} to this device (${by}).`)
    if (before.address !== address) onChange()
  }

  async #release(mapped: MappedPort): Promise<void> {
    try {
      await this.#parts.ask({ want: 'unmap', mapped }, AbortSignal.timeout(UNMAP_MS))
    } catch (error) {
      this.#parts.world.log('info', `The router still maps the port for an hour: ${String((error as Error).message)}`)
    }
  }
}

function refused(why: string): string {
  return `The router did not map the port: ${why.replace(/\.$/, '')}.`
}

function ownPlace(): string {
  const own = Object.values(networkInterfaces()).flatMap(all => all ?? [])
  return JSON.stringify(own.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ cidr }) => cidr))
}
