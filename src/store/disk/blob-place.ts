// Where blobs lie in their directory.
import type { ContentId } from '../../model/content.ts'

export const STAGING = 'staging'
export const BLOBS = 'blobs'

/** In hexadecimal, because some disks take `a` and `A` for one name. 256 directories of 16: some thousand files in each of a large store. */
export function placeOf(id: ContentId): string {
  const hex = Buffer.from(id, 'base64url').toString('hex')
  return `${BLOBS}/${hex.slice(0, 2)}/${hex.slice(2, 3)}`
}

export function pathOf(id: ContentId): string {
  return `${placeOf(id)}/${Buffer.from(id, 'base64url').toString('hex')}`
}

/** The blob whose file has this name; undefined when it is not one of ours. */
export function idOf(name: string): ContentId | undefined {
  if (!/^[0-9a-f]{64}$/.test(name)) return undefined
  return Buffer.from(name, 'hex').toString('base64url') as ContentId
}
