// A census of a simulated disk: directory after directory, while others go on changing it.
import { isReserved } from '../../src/model/path.ts'
import { readRoll } from '../../src/platform/roll.ts'
import type { Census, Roll, Stat } from '../../src/platform/tree.ts'

type Shown = readonly (readonly [name: string, stat: Stat])[]

export interface Sight {
  readonly show: (place: string) => Promise<Shown>
  /** What the disk's clock says. */
  readonly timeNs: () => bigint
}

/** Undefined when something could not be looked at. */
export async function takeSimCensus({ show, timeNs }: Sight): Promise<Census | undefined> {
  const from = timeNs()
  const places = new Map<string, Shown>()
  const waiting = ['']
  try {
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      const shown = (await show(place)).filter(([name]) => place !== '' || !isReserved(name))
      places.set(place, [...shown].sort(byName))
      for (const [name, { kind }] of shown)
        if (kind === 'directory') waiting.push(place === '' ? name : `${place}/${name}`)
    }
  } catch {
    return undefined
  }
  return new SimCensus(places, from)
}

class SimCensus implements Census {
  readonly sum: string
  readonly size: number
  readonly at: number
  readonly directories: number
  readonly isSettled: boolean
  readonly #places: ReadonlyMap<string, Shown>

  constructor(places: ReadonlyMap<string, Shown>, from: bigint) {
    this.#places = places
    this.at = Number(from / 1_000_000n)
    this.directories = places.size
    this.isSettled = [...places.values()].flat().every(([, { ctimeNs }]) => ctimeNs < from)
    // What a directory itself shows besides its inode changes with what is in it.
    this.sum = JSON.stringify([...places], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    // About as large as a roll of the same.
    this.size = this.sum.length / 4
  }

  async answersTo(rolls: readonly Roll[]): Promise<readonly boolean[]> {
    return rolls.map(({ place, text }) => isAsOnRoll(this.#places.get(place), text))
  }

  get empty(): Iterable<string> {
    return [...this.#places].filter(([, shown]) => shown.length === 0).map(([place]) => place)
  }

  close(): void {}
}

function isAsOnRoll(shown: Shown | undefined, text: string): boolean {
  if (shown === undefined) return false
  let at = 0
  for (const [name, stat] of shown) if (at >= 0) at = readRoll(text, at, name, stat)
  return at === text.length
}

function byName([a]: readonly [string, Stat], [b]: readonly [string, Stat]): number {
  return a < b ? -1 : 1
}
