// Addresses of the pages of somebody's own files: where they are, and what they look at, stand in the address.
import type { OrderText } from '../../files/order.ts'
import { router } from '../../router.svelte.ts'

export interface OwnWhere extends OrderText {
  /** The directory that is looked at; '' is the top. */
  readonly place: string
  /** What is shown at the side. */
  readonly path: string
}

export function ownAddress(where: Partial<OwnWhere> = {}): string {
  const given = Object.entries(where).filter(([, value]) => value !== '')
  return given.length === 0 ? '/files' : `/files?${new URLSearchParams(given)}`
}

export function ownWhere(): OwnWhere {
  const read = (name: string) => router.query.get(name) ?? ''
  return { place: read('place'), path: read('path'), sort: read('sort'), order: read('order') }
}
