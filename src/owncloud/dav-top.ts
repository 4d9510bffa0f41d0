// The collections above a user's own: what there is, and who one is.
import type { User } from '../accounts/accounts.ts'
import type { DavCall } from '../dav/call.ts'
import { dav } from '../wire/dav/names.ts'
import { writeResourcePath } from '../wire/dav/resource-path.ts'
import { answerOptions, answerPropfind, collection, notAllowed, notFound, onePage, textValue } from './virtual.ts'

const KINDS = ['files', 'principals', 'uploads', 'trashbin', 'trash-bin', 'versions']
const PRINCIPALS = ['remote.php', 'dav', 'principals']

/** `/remote.php/dav`, and the collections in it that hold one collection for each user. */
export async function answerTop(call: DavCall, names: readonly string[], user: User): Promise<void> {
  if (call.method === 'OPTIONS') return answerOptions(call, 'OPTIONS, PROPFIND')
  if (call.method !== 'PROPFIND') throw notAllowed()
  const kind = names[2]
  if (kind !== undefined && !KINDS.includes(kind)) throw notFound()
  // Of others, nobody is told that they exist.
  const inside = (kind === undefined ? KINDS : [user.name]).map(name => collection([...names, name], principalOf(user)))
  await answerPropfind(call, collection(names, principalOf(user)), () => onePage(inside))
}

/** `/remote.php/dav/principals/users/USER`. */
export async function answerPrincipal(call: DavCall, names: readonly string[], user: User): Promise<void> {
  if (call.method === 'OPTIONS') return answerOptions(call, 'OPTIONS, PROPFIND')
  if (call.method !== 'PROPFIND') throw notAllowed()
  if (names.length > 5) throw notFound()
  const self = names.length === 5 ? principal(user) : collection(names, principalOf(user))
  const inside = names.length === 3 ? [collection([...names, 'users'])] : names.length === 4 ? [principal(user)] : []
  await answerPropfind(call, self, () => onePage(inside))
}

function principal(user: User) {
  const names = [...PRINCIPALS, 'users', user.name]
  return collection(names, [
    [dav('resourcetype'), '<d:collection/><d:principal/>'],
    [dav('displayname'), textValue(user.displayName)],
    [dav('principal-URL'), `<d:href>${writeResourcePath(names)}/</d:href>`],
    ...principalOf(user),
  ])
}

function principalOf(user: User): [string, string][] {
  const href = `${writeResourcePath([...PRINCIPALS, 'users', user.name])}/`
  return [
    [dav('current-user-principal'), `<d:href>${href}</d:href>`],
    [dav('principal-collection-set'), `<d:href>${writeResourcePath(PRINCIPALS)}/users/</d:href>`],
  ]
}
