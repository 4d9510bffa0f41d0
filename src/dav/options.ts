// OPTIONS (RFC 4918, 9.1 and 10.1): what can be done here.
import { sendEmpty } from './answer.ts'
import type { DavCall } from './call.ts'

export async function options(call: DavCall): Promise<void> {
  sendEmpty(call, 200, {
    DAV: ['1, 2, 3', ...(call.extensions.features ?? [])].join(', '),
    Allow: allowed(call),
    // Without it, old clients of Windows take the server for FrontPage's.
    'MS-Author-Via': 'DAV',
    'Accept-Ranges': 'bytes',
  })
}

const METHODS = 'OPTIONS GET HEAD PUT DELETE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK'.split(' ')

/** The value of `Allow`. */
export function allowed({ extensions }: Pick<DavCall, 'extensions'>): string {
  return [...new Set([...METHODS, ...(extensions.methods?.keys() ?? [])])].join(', ')
}
