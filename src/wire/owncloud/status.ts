// status.php: whether there is an ownCloud or Nextcloud at all, without logging in.
import { flagAt, parseJson, textAt } from './json.ts'

export interface ServerStatus {
  readonly flavour: Flavour
  /** Four numbers. */
  readonly version: string
  readonly maintenance: boolean
  readonly needsUpgrade: boolean
}

export type Flavour = 'owncloud' | 'nextcloud'

const MAX_STATUS = 64 * 1024

/** What status.php says; undefined when the text is not that of an installed server. */
export function parseStatus(text: string): ServerStatus | undefined {
  const json = parseJson(text, MAX_STATUS)
  const version = textAt(json, 'version')
  if (flagAt(json, 'installed') !== true || version === undefined || !/^\d+(\.\d+){0,4}$/.test(version))
    return undefined
  const product = textAt(json, 'productname') ?? ''
  return {
    flavour: flavourOf(product, version),
    version,
    maintenance: flagAt(json, 'maintenance') ?? false,
    needsUpgrade: flagAt(json, 'needsDbUpgrade') ?? false,
  }
}

// Both may be sold under any name. Nextcloud began at 9 and passed 11 long ago; ownCloud 10 never left 10.
function flavourOf(product: string, version: string): Flavour {
  if (/owncloud|infinite scale/i.test(product)) return 'owncloud'
  return /nextcloud/i.test(product) || Number(version.split('.')[0]) > 10 ? 'nextcloud' : 'owncloud'
}
