// What the host says of itself: the version that clients compare, and what they may use.
import type { OcsValue } from '../wire/owncloud/ocs.ts'

/** Clients of both families compare this with the oldest server they know how to talk to. It is a level of the protocol, not our version. */
const LEVEL = '32.0.0.0'
const LEVEL_TEXT = '32.0.0'

export interface HostStatus {
  readonly maintenance: boolean
}

/** The object of `status.php`, and of `core.status`, without which one family takes the server for a very old one. */
export function statusOf({ maintenance }: HostStatus): { readonly [key: string]: string | boolean } {
  return {
    installed: true,
    maintenance,
    needsDbUpgrade: false,
    version: LEVEL,
    versionstring: LEVEL_TEXT,
    edition: 'Community',
    productname: 'Syncline',
    product: 'Syncline',
    extendedSupport: false,
  }
}

export interface Offer {
  readonly status: HostStatus
  /** `https://host:port`, as the client reached us. */
  readonly origin: string
  readonly bulk: 'offered' | 'withheld'
}

/** What the answer about the version says besides the capabilities. */
export function versionOf(): OcsValue {
  const [major = 0, minor = 0, micro = 0] = LEVEL.split('.').map(Number)
  return { major, minor, micro, string: LEVEL_TEXT, edition: 'Community', extendedSupport: false, product: 'Syncline' }
}

/** For anybody: enough to find the way to log in. */
export function publicCapabilities(status: HostStatus): OcsValue {
  return { core: coreOf(status), theming: THEMING }
}

export function capabilitiesFor(offer: Offer): OcsValue {
  return {
    core: coreOf(offer.status),
    dav: {
      chunking: '1.0',
      ...(offer.bulk === 'offered' ? { bulkupload: '1.0' } : {}),
      // Our own client alone knows it.
      bulkread: '1.0',
      propfind: { depth_infinity: false },
      trashbin: '1.0',
      // A transfer whose chunks do not add up is begun anew.
      httpErrorCodesThatResetFailingChunkedUploads: [400, 404],
    },
    checksums: { supportedTypes: ['SHA1', 'SHA256', 'MD5', 'ADLER32'], preferredUploadType: 'SHA1' },
    files: {
      bigfilechunking: true,
      undelete: true,
      delete_from_trash: true,
      versioning: true,
      comments: false,
      chunked_upload: { max_size: 104_857_600, max_parallel_count: 5 },
      favorites: true,
      forbidden_filename_characters: ['/'],
      forbidden_filenames: [],
      forbidden_filename_basenames: [],
      forbidden_filename_extensions: [],
      blacklisted_files: [],
    },
    files_sharing: {
      api_enabled: false,
      public: { enabled: false },
      user: { send_mail: false },
      resharing: false,
      group_sharing: false,
      federation: { outgoing: false, incoming: false },
    },
    notify_push: {
      type: ['files'],
      endpoints: {
        websocket: `${offer.origin.replace(/^http/, 'ws')}/push/ws`,
        pre_auth: `${offer.origin}/push/pre_auth`,
      },
    },
    theming: THEMING,
    user_status: { enabled: false, supports_emoji: false },
    // Conflict copies are files like others: everybody is to see them.
    uploadConflictFiles: true,
  }
}

function coreOf(status: HostStatus): OcsValue {
  return { pollinterval: 60, 'webdav-root': 'remote.php/webdav', status: statusOf(status) }
}

const THEMING = { name: 'Syncline', slogan: '', color: '#1f6f78', 'color-text': '#ffffff' }

/** The first version of the desktop client whose bulk upload can carry an empty file. */
const BULK_SINCE = [3, 10] as const

/**
 * Whether a client may be told of the bulk upload: one that fails on empty files in it would fail for ever. Ours can, and sends
 * none; the others are known by their version.
 */
export function bulkFor(userAgent: string | undefined): Offer['bulk'] {
  if (userAgent === undefined) return 'withheld'
  if (/^Syncline\b/.test(userAgent)) return 'offered'
  const found = /\bmirall\/(\d{1,4})\.(\d{1,4})/.exec(userAgent)
  if (found === null || /owncloud/i.test(userAgent)) return 'withheld'
  const [major, minor] = [Number(found[1]), Number(found[2])]
  return major > BULK_SINCE[0] || (major === BULK_SINCE[0] && minor >= BULK_SINCE[1]) ? 'offered' : 'withheld'
}
