// The properties that ownCloud's and Nextcloud's clients ask for, besides those of WebDAV.
import type { Accounts, User } from '../accounts/accounts.ts'
import type { LiveProperty, PropertySource } from '../dav/call.ts'
import { doneOf } from '../dav/refusal.ts'
import type { Checksum } from '../model/content.ts'
import type { SpaceNode } from '../store/space.ts'
import { DAV, nc, oc } from '../wire/dav/names.ts'
import { escapeXml } from '../wire/dav/xml.ts'
import { writePermissions } from '../wire/owncloud/permissions.ts'
import { writeOcId } from './file-ids.ts'

export interface PropertiesHost {
  readonly accounts: Accounts
  /** Follows the number in `oc:id`. */
  readonly instance: string
  /** Empty, until an older state of everything is brought back from a backup: then any other text than before. */
  fingerprint(): string
}

const OCS_SHARE = '{http://open-collaboration-services.org/ns}share-permissions'
const OCM_SHARE = '{http://open-cloud-mesh.org/ns}share-permissions'
/** Sets the time of a file; the property of the standard is protected. */
const LAST_MODIFIED = `{${DAV}}lastmodified`

/** All of them, for one user. */
export function propertiesFor(user: User, host: PropertiesHost): PropertySource {
  const owner = escapeXml(user.name)
  const ownerName = escapeXml(user.displayName)
  return new Map<string, LiveProperty>([
    [oc('id'), each(node => writeOcId(node.id, host.instance))],
    [oc('fileid'), each(node => String(node.id))],
    [oc('permissions'), each(permissionsOf)],
    [oc('size'), each(node => String(node.size))],
    [oc('checksums'), each(checksumsOf)],
    [oc('data-fingerprint'), each(node => (node.path === '' ? escapeXml(host.fingerprint()) : undefined))],
    [oc('favorite'), favourite(user, host.accounts)],
    [oc('owner-id'), each(() => owner)],
    [oc('owner-display-name'), each(() => ownerName)],
    [oc('share-types'), each(() => '')],
    [oc('tags'), each(() => '')],
    [oc('comments-unread'), each(() => '0')],
    [oc('comments-count'), each(() => '0')],
    [nc('has-preview'), each(() => 'false')],
    [nc('mount-type'), each(node => (node.place === undefined ? '' : 'shared'))],
    [nc('is-mount-root'), each(node => String(node.place === 'mount' || node.path === ''))],
    [nc('is-encrypted'), each(node => (node.kind === 'directory' ? '0' : undefined))],
    [nc('hidden'), each(() => 'false')],
    [nc('note'), each(() => '')],
    [nc('sharees'), each(() => '')],
    [nc('share-attributes'), each(() => '[]')],
    [nc('creation_time'), each(() => '0')],
    [nc('upload_time'), each(() => '0')],
    [OCS_SHARE, each(node => String(sharePermissionsOf(node)))],
    [OCM_SHARE, each(node => escapeXml(JSON.stringify(['read', ...(mayWrite(node) ? ['write'] : [])])))],
    [LAST_MODIFIED, lastModified],
  ])
}

function each(value: (node: SpaceNode) => string | undefined): LiveProperty {
  return { read: () => value }
}

/** The letters for what the user may do. Everything that can be seen can be read. */
export function permissionsOf(node: SpaceNode): string {
  return writePermissions(node.rights, node.kind, node.place === undefined ? 'G' : 'SG')
}

function checksumsOf(node: SpaceNode): string | undefined {
  if (node.kind === 'directory' || node.sums.length === 0) return undefined
  return `<oc:checksum>${node.sums.join(' ')}</oc:checksum>`
}

/** The checksum that a download announces: the one clients like best to verify, or any. */
export function announcedSum(sums: readonly Checksum[]): Checksum | undefined {
  return sums.find(sum => sum.startsWith('SHA1:')) ?? sums[0]
}

const mayWrite = ({ rights, kind }: SpaceNode): boolean =>
  rights === undefined || (kind === 'file' ? rights.write : rights.addFiles)

// 1 read, 2 change, 4 create, 8 delete.
function sharePermissionsOf(node: SpaceNode): number {
  const { rights, kind } = node
  if (rights === undefined) return kind === 'file' ? 3 : 15
  const creating = kind === 'directory' && rights.addFiles ? 4 : 0
  return 1 + (mayWrite(node) ? 2 : 0) + creating + (kind === 'directory' && rights.remove ? 8 : 0)
}

/** Each user's own mark. */
function favourite(user: User, { favourites }: Accounts): LiveProperty {
  return {
    read(nodes) {
      const marked = favourites.among(
        user.id,
        nodes.map(node => node.id),
      )
      return node => (marked.has(node.id) ? '1' : '0')
    },
    write: {
      refuses: (_, value) => (value === undefined || /^\s*(?:[01]|true|false)?\s*$/i.test(value) ? undefined : 409),
      async write(node, value) {
        favourites.set(user.id, node.id, /^\s*(?:1|true)\s*$/i.test(value ?? '') ? 'favourite' : 'ordinary')
      },
    },
  }
}

const lastModified: LiveProperty = {
  read: () => node => String(Math.floor(node.mtimeMs / 1000)),
  write: {
    refuses(node, value) {
      if (node.path === '' || value === undefined || secondsFrom(value) === undefined) return 409
      return node.rights === undefined || (node.kind === 'file' ? node.rights.write : node.rights.addFiles)
        ? undefined
        : 403
    },
    async write(node, value, call) {
      const seconds = secondsFrom(value ?? '')
      if (node.path === '' || seconds === undefined) return
      const change = { do: 'set-mtime', at: node.path, mtimeMs: seconds * 1000, when: 'any' } as const
      doneOf(await call.space.change(change, call.signal))
    },
  },
}

/** Unix seconds as clients send them, also with a fraction; undefined for what is no time after 1970. */
export function secondsFrom(text: string): number | undefined {
  const found = /^\s*(\d{1,12})(?:\.\d+)?\s*$/.exec(text)
  const seconds = Number(found?.[1])
  return seconds > 0 ? seconds : undefined
}
