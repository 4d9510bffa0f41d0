// Older contents of the files of a user's tree.
import { SyncError } from '../model/errors.ts'
import { type Members, outer, shownChange } from './members.ts'
import { refuse } from './refuse.ts'
import type { Changed, NodeId, SpaceVersions, Version } from './space.ts'

export class MountedVersions implements SpaceVersions {
  readonly #members: Members

  constructor(members: Members) {
    this.#members = members
  }

  async list(file: NodeId): Promise<readonly Version[]> {
    return (await this.#members.ownerOf(file))?.member.space.versions.list(file) ?? []
  }

  async *read(file: NodeId, key: string, from: number): AsyncGenerator<Uint8Array> {
    const owner = await this.#members.ownerOf(file)
    if (owner === undefined) throw new SyncError('missing', 'This version is not kept any more.')
    yield* owner.member.space.versions.read(file, key, from)
  }

  async restore(file: NodeId, key: string): Promise<Changed> {
    const owner = await this.#members.ownerOf(file)
    if (owner === undefined) return refuse('missing', '')
    const { member, node } = owner
    if (member.rights === 'read') return refuse('not-permitted', outer(member, node.path))
    return shownChange(member, await member.space.versions.restore(file, key))
  }
}
