// Either end of a mesh that is measured: a process that has one folder, shares it with one other, and connects when it is told to.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Syncthing } from '../test/interop/syncthing.ts'
import { compiled } from './compiled.ts'

export type Kind = 'syncline' | 'syncthing'

export interface MeshEnd {
  readonly device: string
  readonly address: string
  readonly root: string
  /** Takes up the folder, and resolves when it has looked at all that is in it, and has it ready for the other. */
  share(peer: MeshEnd): Promise<void>
  /** Lets the other in, and calls it (`call`) or waits to be called. */
  connect(peer: MeshEnd, how: 'call' | 'wait'): Promise<void>
  stop(): Promise<void>
}

/** `fill` puts into its folder what it begins with. */
export async function startEnd(kind: Kind, directory: string, fill: (root: string) => void): Promise<MeshEnd> {
  const root = join(directory, 'folder')
  mkdirSync(directory, { recursive: true })
  fill(root)
  mkdirSync(root, { recursive: true })
  return kind === 'syncline' ? OurEnd.start(directory, root) : TheirEnd.start(directory, root)
}

class OurEnd implements MeshEnd {
  readonly root: string
  device = ''
  address = ''
  readonly #child: ChildProcess
  readonly #scanned: Promise<void>
  readonly #announced: Promise<void>

  private constructor(child: ChildProcess, root: string, said: Record<'scanned' | 'announced', Promise<void>>) {
    this.#child = child
    this.root = root
    this.#scanned = said.scanned
    this.#announced = said.announced
  }

  static async start(directory: string, root: string): Promise<OurEnd> {
    const child = spawn(process.execPath, [await compiled('mesh-device'), directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const tell = { scanned: () => {}, announced: () => {} }
    const promised = (word: keyof typeof tell) =>
      new Promise<void>(resolve => {
        tell[word] = resolve
      })
    const end = new OurEnd(child, root, { scanned: promised('scanned'), announced: promised('announced') })
    await new Promise<void>(resolve => {
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
        if (line === 'scanned' || line === 'announced') return tell[line]()
        const [device = '', address = ''] = line.split(' ')
        Object.assign(end, { device, address })
        resolve()
      })
    })
    return end
  }

  async share({ device }: MeshEnd): Promise<void> {
    await this.#scanned
    this.#child.stdin?.write(`share ${device}\n`)
    await this.#announced
  }

  async connect({ device, address }: MeshEnd, how: 'call' | 'wait'): Promise<void> {
    this.#child.stdin?.write(`connect ${device}${how === 'call' ? ` ${address}` : ''}\n`)
    // It has read it when it is asked for something else.
    await sleep(how === 'wait' ? 500 : 0)
  }

  async stop(): Promise<void> {
    const gone = new Promise(resolve => this.#child.once('exit', resolve))
    this.#child.stdin?.end()
    await gone
  }
}

class TheirEnd implements MeshEnd {
  readonly root: string
  readonly device: string
  readonly address: string
  readonly #syncthing: Syncthing

  private constructor(syncthing: Syncthing, root: string) {
    this.#syncthing = syncthing
    this.root = root
    this.device = syncthing.device
    this.address = syncthing.address
  }

  static async start(directory: string, root: string): Promise<TheirEnd> {
    return new TheirEnd(await Syncthing.start(directory), root)
  }

  async share(peer: MeshEnd): Promise<void> {
    await this.#syncthing.addDevice(peer.device, [peer.address], { paused: true })
    await this.#syncthing.addFolder({ id: 'shared', path: this.root, devices: [peer.device] })
    await this.#syncthing.until('idle', async () => (await this.#syncthing.status('shared')).state === 'idle')
  }

  async connect({ device }: MeshEnd): Promise<void> {
    await this.#syncthing.call('PATCH', `/config/devices/${device}`, { paused: false })
  }

  stop(): Promise<void> {
    return this.#syncthing.stop()
  }
}
