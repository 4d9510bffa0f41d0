// Listens where the configuration says, also when it says something else, and with the certificate as it is by now.
import { asSyncError } from '../../model/errors.ts'
import type { Clock } from '../../platform/world.ts'
import type { Config, ListenAddress } from '../config/config.ts'
import type { Certificate } from '../home/certificate.ts'
import type { Listener } from './listener.ts'

export interface Place {
  readonly listen: ListenAddress
  readonly certificate: Certificate | undefined
}

export type ListenConfig = Pick<Config, 'listen' | 'tls' | 'hostNames'>

export interface ListeningParts {
  readonly open: (to: Place) => Promise<Listener>
  readonly certificateFor: (config: ListenConfig) => Promise<Certificate | undefined>
  /** Throws `usage` for what must not be. */
  readonly check: (config: Pick<Config, 'listen' | 'tls'>) => void
  /** In place of what any configuration says. */
  readonly fixed: ListenAddress | undefined
  readonly clock: Clock
  readonly tell: (level: 'info' | 'warn', text: string) => void
  readonly onMoved: (urls: readonly string[]) => void
}

/** Requests under way at the old place are given this long. */
const GRACE_MS = 2000
/** Who renews a certificate in the usual way leaves weeks. */
const RENEW_EVERY_MS = 60 * 60_000
const RETAKE_EVERY_MS = 5000

export class Listening {
  readonly #parts: ListeningParts
  readonly #listener: Listener
  readonly #end = new AbortController()
  #config: ListenConfig
  /** What was asked for last, whether it could be had or not. */
  #wanted: ListenConfig
  #shown: Certificate | undefined
  /** One change after the other. */
  #turn: Promise<void> = Promise.resolve()

  private constructor(parts: ListeningParts, listener: Listener, config: ListenConfig, shown: Certificate | undefined) {
    this.#parts = parts
    this.#listener = listener
    this.#config = config
    this.#wanted = config
    this.#shown = shown
    void this.#keepRenewing()
  }

  /** Throws `usage` when that is not allowed, or not possible. */
  static async open(parts: ListeningParts, config: ListenConfig): Promise<Listening> {
    const wanted = { ...config, listen: parts.fixed ?? config.listen }
    parts.check(wanted)
    const certificate = await parts.certificateFor(wanted)
    return new Listening(parts, await parts.open({ listen: wanted.listen, certificate }), wanted, certificate)
  }

  get urls(): readonly string[] {
    return this.#listener.urls
  }

  /** What cannot be done is told, and all stays as it was. */
  follow(config: ListenConfig): Promise<void> {
    const wanted = { ...config, listen: this.#parts.fixed ?? config.listen }
    this.#wanted = wanted
    return this.#inTurn(() => (isSamePlace(wanted, this.#config) ? this.#renew(wanted) : this.#move(wanted)))
  }

  async close(graceMs: number): Promise<void> {
    this.#end.abort()
    await this.#turn
    await this.#listener.close(graceMs)
  }

  async #move(config: ListenConfig): Promise<void> {
    const { check, certificateFor, onMoved, tell } = this.#parts
    check(config)
    const certificate = await certificateFor(config)
    await this.#listener.move({ listen: config.listen, certificate }, GRACE_MS)
    this.#config = config
    this.#shown = certificate
    onMoved(this.urls)
    tell('info', `Listening at ${this.urls.join(', ')} from now on.`)
  }

  async #renew(config: ListenConfig): Promise<void> {
    const certificate = await this.#parts.certificateFor(config)
    this.#config = config
    if (certificate === undefined || isSameCertificate(certificate, this.#shown)) return
    this.#listener.renew(certificate)
    this.#shown = certificate
    this.#parts.tell('info', `There is another certificate from now on: ${certificate.fingerprint}`)
  }

  async #keepRenewing(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      await this.#parts.clock.sleep(RENEW_EVERY_MS, signal).catch(() => {})
      if (!signal.aborted && this.#config.tls.kind !== 'off') await this.#inTurn(() => this.#renew(this.#config))
    }
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#end.signal.aborted) return
      try {
        await act()
      } catch (error) {
        const { message } = asSyncError(error)
        const isHeard = this.urls.length > 0
        const now = isHeard ? `What was before goes on: ${this.urls.join(', ')}` : 'Until then nobody is listened to.'
        this.#parts.tell('warn', `${message} ${now}`)
        if (!isHeard) void this.#retake()
      }
    })
    return this.#turn
  }

  /** Another program took the place in the instant in which nobody was listened to: it is asked for until it is free. */
  async #retake(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted && this.urls.length === 0) {
      await this.#parts.clock.sleep(RETAKE_EVERY_MS, signal).catch(() => {})
      this.#turn = this.#turn.then(() =>
        signal.aborted || this.urls.length > 0 ? undefined : this.#move(this.#wanted).catch(() => undefined),
      )
      await this.#turn
    }
  }
}

function isSamePlace(a: ListenConfig, b: ListenConfig): boolean {
  const isOff = (config: ListenConfig) => config.tls.kind === 'off'
  return a.listen.host === b.listen.host && a.listen.port === b.listen.port && isOff(a) === isOff(b)
}

function isSameCertificate(a: Certificate, b: Certificate | undefined): boolean {
  return a.certificate === b?.certificate && a.key === b.key
}
