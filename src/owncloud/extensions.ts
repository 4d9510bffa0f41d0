// What ownCloud's protocol adds to WebDAV on the trees of files.
import type { Accounts, User } from '../accounts/accounts.ts'
import { lengthOf } from '../dav/body.ts'
import type { DavCall, DavExtensions } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import { writeOcId } from './file-ids.ts'
import { filterFiles } from './filter-files.ts'
import { announcedSum } from './properties.ts'
import { countFrom, uploadFrom } from './transfer-headers.ts'

export interface ExtensionsHost {
  readonly accounts: Accounts
  readonly instance: string
}

export function extensionsFor(user: User, { accounts, instance }: ExtensionsHost): DavExtensions {
  return {
    features: ['extended-mkcol'],
    methods: new Map([['REPORT', filterFiles(user, accounts)]]),
    headersOf(node, { method }) {
      const isRead = method === 'GET' || method === 'HEAD'
      const sum = isRead && node.kind === 'file' ? announcedSum(node.sums) : undefined
      return {
        'OC-FileId': writeOcId(node.id, instance),
        'OC-ETag': `"${node.etag}"`,
        ...(sum === undefined ? {} : { 'OC-Checksum': sum }),
      }
    },
    upload(call) {
      requireLength(call)
      return uploadFrom(call.request.headers)
    },
    refuse: faultForClients,
  }
}

function requireLength({ request }: DavCall): void {
  const total = countFrom(request.headers['oc-total-length'])
  const size = lengthOf(request)
  if (total !== undefined && size !== undefined && total !== size)
    throw new DavFault(400, `The request has ${size} bytes, but ${total} were announced.`)
}

/** The names of faults by which clients decide what to do. */
export function faultForClients(fault: DavFault): DavFault {
  if (fault.status === 423) return renamed(fault, 'OCA\\DAV\\Connector\\Sabre\\Exception\\FileLocked', fault.message)
  // Said otherwise, a client takes it that the whole server is closed, and stops its run.
  if (fault.status === 503)
    return renamed(fault, fault.exception, `Storage is temporarily not available: ${fault.message}`)
  return fault
}

function renamed({ status, condition, headers }: DavFault, exception: string, message: string): DavFault {
  return new DavFault(status, message, { exception, condition, headers })
}
