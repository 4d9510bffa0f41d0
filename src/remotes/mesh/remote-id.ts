// What a folder's records name its mesh by.

export function remoteIdOf(folder: string): string {
  return `mesh ${folder}`
}
