// What a folder's records name its mesh by.
import { MESH_PREFIX } from '../../index/lineage.ts'

export function remoteIdOf(folder: string): string {
  return `${MESH_PREFIX}${folder}`
}
