// REPORT: the files that a user marked as favourites.
import type { Accounts, User } from '../accounts/accounts.ts'
import { textOf } from '../dav/body.ts'
import type { DavCall, DavMethod } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import { parsed, sendNodes } from '../dav/propfind.ts'
import { isBelow } from '../model/path.ts'
import type { SpaceNode } from '../store/space.ts'
import { dav, oc } from '../wire/dav/names.ts'
import type { PropfindAsked } from '../wire/dav/propfind.ts'
import { childOf, childrenOf, parseRequestXml, type RequestElement, textOf as textIn } from '../wire/dav/request-xml.ts'

const PAGE = 200

/** Answers `oc:filter-files` with the rule `oc:favorite`; other rules find nothing, other reports are refused. */
export function filterFiles(user: User, { favourites }: Accounts): DavMethod {
  return async call => {
    const report = parsed(await textOf(call), parseRequestXml)
    if (report.name !== oc('filter-files')) throw new DavFault(415, 'This report is not known here.')
    const isWanted = isFavourites(childOf(report, oc('filter-rules')))
    const ids = isWanted ? favourites.of(user.id) : []
    await sendNodes(call, askedIn(report, call), found(call, ids))
  }
}

function isFavourites(rules: RequestElement | undefined): boolean {
  const wanted = rules === undefined ? [] : childrenOf(rules)
  const [only] = wanted
  return wanted.length === 1 && only?.name === oc('favorite') && textIn(only) === '1'
}

function askedIn(report: RequestElement, { limits }: DavCall): PropfindAsked {
  const prop = childOf(report, dav('prop'))
  const names = prop === undefined ? [] : [...new Set(childrenOf(prop).map(({ name }) => name))]
  if (names.length > limits.properties) throw new DavFault(413, 'The request asks for too many properties.')
  return names.length === 0 ? { kind: 'allprop', names } : { kind: 'prop', names }
}

async function* found(
  { space, place }: DavCall,
  ids: ReturnType<Accounts['favourites']['of']>,
): AsyncGenerator<readonly SpaceNode[]> {
  let page: SpaceNode[] = []
  for (const id of ids) {
    const node = await space.findById(id)
    // A mark may outlast the file, or the right to see it.
    if (node === undefined || node.path === '' || !isBelow(node.path, place)) continue
    page.push(node)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  yield page
}
