// Where blobs lie in their directory.
import type { ContentId } from '../../model/content.ts'

export const STAGING = 'staging'
export const BLOBS = 'blobs'

/** In hexadecimal, because some disks take `a` and `A` for one name. One of 256 directories: some thousand files in each of a large store. */
export function placeOf(id: ContentId): string {
  return placeOfHex(hexOf(id))
}

export function pathOf(id: ContentId): string {
  const hex = hexOf(id)
  return `${placeOfHex(hex)}/${hex}`
}

function placeOfHex(hex: string): string {
  return `${BLOBS}/${hex.slice(0, 2)}`
}

function hexOf(id: ContentId): string {
  return Buffer.from(id, 'base64url').toString('hex')
}

/** The blob whose file has this name; undefined when it is not one of ours. */
export function idOf(name: string): ContentId | undefined {
  if (!/^[0-9a-f]{64}$/.test(name)) return undefined
  return Buffer.from(name, 'hex').toString('base64url') as ContentId
}
