// The directories of the trash: each holds what left in about the same second for the same reason, under its old path.
import { OWN_DIRECTORY } from '../model/path.ts'
import type { KeptWhy } from './revisions.ts'

export const TRASH = `${OWN_DIRECTORY}/trash`

export interface Batch {
  readonly name: string
  readonly why: KeptWhy
  /** Milliseconds since 1970. */
  readonly keptAt: number
}

/** `20261121T230108123Z-9f3c2a1b-deleted`: sorts by time, tells a person when and why, and never comes twice. */
export function nameBatch(keptAt: number, random: string, why: KeptWhy): string {
  return `${new Date(keptAt).toISOString().replace(/[-:.]/g, '')}-${random}-${why}`
}

const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-[0-9a-f]+-(deleted|replaced)$/

/** What the name of a directory in the trash says; undefined when it is none of ours. */
export function parseBatch(name: string): Batch | undefined {
  const parts = NAME.exec(name)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second, ms, why] = parts
  const keptAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`)
  return Number.isNaN(keptAt) ? undefined : { name, why: why as KeptWhy, keptAt }
}

/** The tree's path of `path` in a batch. */
export function pathInBatch(batch: Batch, path: string): string {
  return path === '' ? `${TRASH}/${batch.name}` : `${TRASH}/${batch.name}/${path}`
}
