// The older contents of a file, in the forms of both families of clients.
import { sendEmpty } from '../dav/answer.ts'
import type { DavCall } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import { doneOf } from '../dav/refusal.ts'
import { nameOf, type Path } from '../model/path.ts'
import type { FileNode, Version } from '../store/space.ts'
import { dav, nc, oc } from '../wire/dav/names.ts'
import { parseOcId } from './file-ids.ts'
import {
  answerOptions,
  answerPropfind,
  collection,
  file,
  notAllowed,
  notFound,
  onePage,
  type Resource,
  sendBytes,
  textValue,
} from './virtual.ts'

export interface VersionPlace {
  readonly base: readonly string[]
  readonly names: readonly string[]
  readonly instance: string
  readonly destination: () => { readonly files: Path | undefined; readonly names: readonly string[] }
}

const METHODS = 'OPTIONS, PROPFIND, GET, HEAD, MOVE, COPY'

/** `…/versions/USER`: `versions/<file>/<version>`, and `restore`, where one is moved to become the current one. */
export async function answerVersions(call: DavCall, place: VersionPlace): Promise<void> {
  const [first, id, key, ...more] = place.names
  if (call.method === 'OPTIONS') return answerOptions(call, METHODS)
  if (more.length > 0) throw notFound()
  if (first === undefined || id === undefined) return showTop(call, place, first)
  if (first !== 'versions') throw notFound()
  const node = await fileOf(call, id, place.instance)
  const at = [...place.base, 'versions', id]
  if (key === undefined) return showVersions(call, node, at, 'with the current one')
  const restoring = [...place.base, 'restore']
  await answerVersion(call, node, { at, key, method: 'MOVE' }, () => {
    const { names } = place.destination()
    if (names.length !== restoring.length + 1 || restoring.some((name, i) => names[i] !== name))
      throw new DavFault(403, 'A version comes back by moving it into the collection "restore".')
  })
}

/** `…/meta/<file>/v`: a version comes back when it is copied to where the file is. */
export async function answerMeta(call: DavCall, place: VersionPlace): Promise<void> {
  const [id = '', v, key, ...more] = place.names
  if (call.method === 'OPTIONS') return answerOptions(call, METHODS)
  if (more.length > 0 || id === '') throw notFound()
  const node = await fileOf(call, id, place.instance)
  const top = [...place.base, id]
  if (v === undefined) {
    if (call.method !== 'PROPFIND') throw notAllowed()
    const about = collection(top, [[oc('meta-path-for-user'), textValue(`/${node.path}`)]])
    return answerPropfind(call, about, () => onePage([collection([...top, 'v'])]))
  }
  if (v !== 'v') throw notFound()
  if (key === undefined) return showVersions(call, node, [...top, 'v'], 'without the current one')
  await answerVersion(call, node, { at: [...top, 'v'], key, method: 'COPY' }, () => {
    if (place.destination().files !== node.path)
      throw new DavFault(403, 'A version comes back by copying it to where the file is.')
  })
}

async function showTop(call: DavCall, { base }: VersionPlace, name: string | undefined): Promise<void> {
  if (call.method !== 'PROPFIND') throw notAllowed()
  if (name !== undefined && name !== 'versions' && name !== 'restore') throw notFound()
  if (name !== undefined) return answerPropfind(call, collection([...base, name]))
  const inside = [collection([...base, 'versions']), collection([...base, 'restore'])]
  await answerPropfind(call, collection(base), () => onePage(inside))
}

async function fileOf(call: DavCall, id: string, instance: string): Promise<FileNode> {
  const number = parseOcId(id, instance)
  const node = number === undefined ? undefined : await call.space.findById(number)
  if (node?.kind !== 'file') throw notFound('There is no such file.')
  return node
}

async function showVersions(
  call: DavCall,
  node: FileNode,
  at: readonly string[],
  which: 'with the current one' | 'without the current one',
): Promise<void> {
  if (call.method !== 'PROPFIND') throw notAllowed()
  const older = await call.space.versions.list(node.id)
  const all = which === 'with the current one' ? [currentOf(node, older), ...older] : older
  await answerPropfind(call, collection(at), () => onePage(all.map(version => resourceOf(at, version, node))))
}

/** What is there now, as a version among the others: under a name of its own. */
function currentOf({ size, mtimeMs }: FileNode, older: readonly Version[]): Version {
  let key = Math.floor(mtimeMs / 1000)
  while (older.some(version => version.key === String(key))) key += 1
  return { key: String(key), size, mtimeMs }
}

interface Wanted {
  readonly at: readonly string[]
  readonly key: string
  /** The method that brings a version back. */
  readonly method: 'MOVE' | 'COPY'
}

async function answerVersion(call: DavCall, node: FileNode, wanted: Wanted, requireTarget: () => void): Promise<void> {
  const { at, key } = wanted
  const { space, method, signal } = call
  const older = await space.versions.list(node.id)
  const current = currentOf(node, older)
  const version = older.find(each => each.key === key) ?? (key === current.key ? current : undefined)
  if (version === undefined) throw notFound('There is no such version.')
  if (method === 'PROPFIND') return answerPropfind(call, resourceOf(at, version, node))
  if (method === 'GET' || method === 'HEAD') {
    const bytes =
      version === current ? space.read(node, { from: 0 }, signal) : space.versions.read(node.id, version.key, 0)
    return sendBytes(call, { name: nameOf(node.path), ...version }, bytes)
  }
  if (method !== wanted.method)
    throw method === 'MOVE' || method === 'COPY' ? new DavFault(403, 'A version cannot go elsewhere.') : notAllowed()
  requireTarget()
  if (version !== current) doneOf(await space.versions.restore(node.id, version.key))
  sendEmpty(call, wanted.method === 'MOVE' ? 201 : 204)
}

function resourceOf(at: readonly string[], version: Version, node: FileNode): Resource {
  return file([...at, version.key], version, [
    [dav('getetag'), `&quot;${version.key}&quot;`],
    [dav('displayname'), textValue(nameOf(node.path))],
    [oc('size'), String(version.size)],
    [nc('version-label'), ''],
    [nc('version-author'), ''],
    [nc('has-preview'), 'false'],
  ])
}
